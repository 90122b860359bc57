"""A real single-node Kubernetes on a plain Debian machine: runs as root, needs neither Docker nor a registry.

`python3 -m tools.cluster up` builds the pinned binaries and the images, starts every component as a plain process and
writes a kubeconfig; `down` removes everything. Standard library only, because it runs before anything is installed.

Builds stay in `.bin/` and are reused. The cluster's state is in `.cluster/`. The running processes are recorded under
`/run/airflow-e2e`, because a machine can hold only one such cluster: its bridge and ports belong to the machine.
"""
