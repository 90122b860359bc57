"""The chart on a real Kubernetes: `make e2e`, or with E2E_CLUSTER=external on the cluster that KUBECONFIG names."""
