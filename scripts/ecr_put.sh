#!/usr/bin/env bash
set -euo pipefail

DOCKERFILE="$(dirname "${BASH_SOURCE[0]}")/../images/Dockerfile"
readonly DOCKERFILE

usage() {
    cat <<'END'
Builds the Airflow image with your packages in it and pushes it to Amazon ECR, tagged with the git revision.

    scripts/ecr_put.sh REPOSITORY PACKAGES [BUILD-OPTION...]

REPOSITORY    name of the ECR repository, such as data/airflow; created if there is none
PACKAGES      the folder that holds the packages, committed to git; its requirements.txt, if any, is installed
BUILD-OPTION  handed to the build, such as --platform=linux/arm64 or --build-arg=AIRFLOW_IMAGE=...

Prints REPOSITORY-URI@DIGEST, the only thing on standard output, for the values image.repository and image.digest.
A revision that ECR has already is not built again: its tags are immutable.

Account, region and credentials are those of the AWS CLI (AWS_PROFILE, AWS_REGION, ...). It builds with the first of
docker, podman and buildah that works; BUILDER=podman chooses one.
END
}

say() { echo "==> $*" >&2; }

fail() {
    echo "error: $*" >&2
    exit 1
}

# A docker command without a daemon behind it builds nothing.
works() { "$1" info >/dev/null 2>&1; }

find_builder() {
    local builder
    for builder in ${BUILDER:-docker podman buildah}; do
        if works "$builder"; then
            echo "$builder"
            return
        fi
    done
    fail "none of these can build here: ${BUILDER:-docker podman buildah}. Install one, or start its daemon."
}

committed_revision() {
    git -C "$1" rev-parse --is-inside-work-tree >/dev/null 2>&1 || fail "$1 is not in a git work tree: the image is tagged with its revision"
    local changes
    changes=$(git -C "$1" status --porcelain -- .)
    [[ -z "$changes" ]] || fail "$1 differs from its git revision, by which the image would be tagged. Commit first:"$'\n'"$changes"
    git -C "$1" rev-parse HEAD
}

# Prints the repository's address; ECR's own words go to standard error when something else is wrong.
repository_uri() {
    local answer create=(--image-tag-mutability IMMUTABLE --image-scanning-configuration scanOnPush=true)
    local uri=(--output text --query 'repositories[0].repositoryUri')
    if answer=$(aws ecr describe-repositories --repository-names "$1" "${uri[@]}" 2>&1); then
        echo "$answer"
    elif [[ "$answer" == *RepositoryNotFoundException* ]]; then
        say "Creating the repository $1"
        aws ecr create-repository --repository-name "$1" "${create[@]}" --output text --query repository.repositoryUri
    else
        fail "ECR does not tell about the repository $1: $answer"
    fi
}

# Prints the digest that ECR has for a tag, or nothing.
digest_in_ecr() {
    local answer digest=(--output text --query 'imageDetails[0].imageDigest')
    if answer=$(aws ecr describe-images --repository-name "$1" --image-ids "imageTag=$2" "${digest[@]}" 2>&1); then
        echo "$answer"
    elif [[ "$answer" != *ImageNotFoundException* ]]; then
        fail "ECR does not tell whether $1 has the tag $2: $answer"
    fi
}

log_in() {
    aws ecr get-login-password | "$1" login --username AWS --password-stdin "$2" >&2
}

# Pushes an image and prints its digest, which only the registry knows for certain.
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
    [[ -d "$packages" ]] || fail "there is no folder $packages: the second argument names the folder that holds the packages"
    command -v aws >/dev/null || fail "the AWS CLI is missing: there is no command aws"

    local revision uri digest builder
    revision=$(committed_revision "$packages")
    uri=$(repository_uri "$repository")
    digest=$(digest_in_ecr "$repository" "$revision")
    if [[ -n "$digest" ]]; then
        say "$uri has $revision already"
    else
        builder=$(find_builder)
        say "Building $uri:$revision with $builder"
        "$builder" build --file "$DOCKERFILE" --tag "$uri:$revision" \
            --label "org.opencontainers.image.revision=$revision" "$@" "$packages" >&2
        say "Pushing it"
        log_in "$builder" "${uri%%/*}"
        digest=$(push "$builder" "$uri:$revision")
        [[ "$digest" == sha256:* ]] || fail "$builder pushed $uri:$revision but told no digest"
    fi
    echo "$uri@$digest"
}

main "$@"
