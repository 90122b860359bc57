"""A real single-node Kubernetes on a plain Debian machine: as root, without Docker and without a registry.

`python3 -m tools.cluster up` builds the pinned binaries and the images, starts every component as a plain process,
and writes a kubeconfig; `down` removes all of it. Standard library only, for it runs before anything is installed.

What is built stays in `.bin/` and is reused; the cluster's state lives in `.cluster/`; what runs is recorded under
`/run/airflow-e2e`, because a machine can hold one such cluster only (its bridge and its ports are the machine's).
"""
