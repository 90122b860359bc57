#!/usr/bin/env bash
set -euo pipefail

DOCKERFILE="$(dirname "${BASH_SOURCE[0]}")/../images/Dockerfile"
readonly DOCKERFILE

usage() {
    cat <<'END'
Builds an Airflow image that contains your packages and pushes it to Amazon ECR, tagged with the git revision.

    scripts/ecr_put.sh REPOSITORY PACKAGES [BUILD-OPTION...]

REPOSITORY    name of the ECR repository, for example data/airflow; created if it does not exist
PACKAGES      the folder of your packages, committed to git; its requirements.txt, if it has one, is installed
BUILD-OPTION  passed to the build, for example --platform=linux/arm64 or --build-arg=AIRFLOW_IMAGE=...

Prints only REPOSITORY-URI@DIGEST on standard output: use the two parts as the values image.repository and image.digest.
A revision that is already in ECR is not built again, because its tags are immutable.

Account, region and credentials are those of the AWS CLI (AWS_PROFILE, AWS_REGION, ...). The first of docker, podman and
buildah that works builds the image; set BUILDER, for example BUILDER=podman, to choose one.
END
}

say() { echo "==> $*" >&2; }

fail() {
    echo "error: $*" >&2
    exit 1
}

# A docker command without a running daemon cannot build.
works() { "$1" info >/dev/null 2>&1; }

find_builder() {
    local builder
    for builder in ${BUILDER:-docker podman buildah}; do
        if works "$builder"; then
            echo "$builder"
            return
        fi
    done
    fail "none of these can build an image: ${BUILDER:-docker podman buildah}. Install one of them or start its daemon."
}

committed_revision() {
    git -C "$1" rev-parse --is-inside-work-tree >/dev/null 2>&1 || fail "$1 is not in a git work tree. The image is tagged with the git revision: commit the packages to git first."
    local changes
    changes=$(git -C "$1" status --porcelain -- .)
    [[ -z "$changes" ]] || fail "$1 has uncommitted changes, but the image is tagged with the git revision. Commit these first:"$'\n'"$changes"
    git -C "$1" rev-parse HEAD
}

# Prints the repository's URI and creates the repository if it does not exist. Any other error of ECR is reported.
repository_uri() {
    local answer create=(--image-tag-mutability IMMUTABLE --image-scanning-configuration scanOnPush=true)
    local uri=(--output text --query 'repositories[0].repositoryUri')
    if answer=$(aws ecr describe-repositories --repository-names "$1" "${uri[@]}" 2>&1); then
        echo "$answer"
    elif [[ "$answer" == *RepositoryNotFoundException* ]]; then
        say "Creating the repository $1"
        aws ecr create-repository --repository-name "$1" "${create[@]}" --output text --query repository.repositoryUri
    else
        fail "cannot look up the repository $1 in ECR: $answer"
    fi
}

# Prints the digest of a tag in ECR, or nothing if the tag does not exist.
digest_in_ecr() {
    local answer digest=(--output text --query 'imageDetails[0].imageDigest')
    if answer=$(aws ecr describe-images --repository-name "$1" --image-ids "imageTag=$2" "${digest[@]}" 2>&1); then
        echo "$answer"
    elif [[ "$answer" != *ImageNotFoundException* ]]; then
        fail "cannot look up the tag $2 of $1 in ECR: $answer"
    fi
}

log_in() {
    aws ecr get-login-password | "$1" login --username AWS --password-stdin "$2" >&2
}

# Pushes an image and prints its digest, which is only certain after the push.
push() {
    if [[ "$1" == docker ]]; then
        docker push "$2" | tee /dev/stderr | sed -nE 's/.*digest: (sha256:[0-9a-f]+).*/\1/p'
    else
        local file
        file=$(mktemp)
        "$1" push --digestfile "$file" "$2" >&2
        cat "$file"
        rm "$file"
    fi
}

main() {
    case "${1:-}" in
        -h | --help) usage && exit ;;
    esac
    [[ $# -ge 2 && "$1" != -* && "$2" != -* ]] || { usage >&2 && exit 2; }
    local repository="$1" packages="$2"
    shift 2
    [[ -d "$packages" ]] || fail "no such folder: $packages. The second argument is the folder of your packages."
    command -v aws >/dev/null || fail "aws: command not found. Install the AWS CLI."

    local revision uri digest builder
    revision=$(committed_revision "$packages")
    uri=$(repository_uri "$repository")
    digest=$(digest_in_ecr "$repository" "$revision")
    if [[ -n "$digest" ]]; then
        say "$uri already has $revision"
    else
        builder=$(find_builder)
        say "Building $uri:$revision with $builder"
        "$builder" build --file "$DOCKERFILE" --tag "$uri:$revision" \
            --label "org.opencontainers.image.revision=$revision" "$@" "$packages" >&2
        say "Pushing $uri:$revision"
        log_in "$builder" "${uri%%/*}"
        digest=$(push "$builder" "$uri:$revision")
        [[ "$digest" == sha256:* ]] || fail "$builder pushed $uri:$revision but reported no digest"
    fi
    echo "$uri@$digest"
}

main "$@"
