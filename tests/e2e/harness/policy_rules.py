"""NetworkPolicies translated into iptables rules, because the tests' own cluster has no network plugin to enforce them.

The translation is our own reading of the NetworkPolicy API: a pod that a policy selects is closed in the policy's
directions, except for what the rules of all policies that select it allow. Replies and the node's own traffic always
pass. Pods that start later are not covered. A selector or peer that the chart does not use raises NotImplementedError.

With these rules, the tests prove that the chart's policies select the intended pods, that under this reading they allow
exactly the connections that a test lists, and that Airflow works when everything else is rejected. The tests do not
prove that a real network plugin (Calico, Cilium, ...) reads the policies in the same way: only an installation on a
cluster with such a plugin shows that.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from .commands import get

CHAIN = "E2E-POLICY"
ENTRANCES = ("FORWARD", "INPUT")  # to other pods, and to what listens on the node itself, for example DNS
ESTABLISHED = "-m conntrack --ctstate ESTABLISHED,RELATED"


@dataclass(frozen=True)
class Pod:
    address: str
    namespace: str
    labels: dict[str, str]


@dataclass(frozen=True)
class Direction:
    """One direction of a policy: the iptables options and policy keys for the closed pod and for its peers."""

    type: str
    peers: str
    own_end: str
    peers_end: str


INGRESS = Direction("Ingress", "from", "-d", "-s")
EGRESS = Direction("Egress", "to", "-s", "-d")


@contextmanager
def enforced(*namespaces: str) -> Iterator[None]:
    """Enforce the current policies of these namespaces on their current pods while the body runs."""
    policies = [policy for namespace in namespaces for policy in get("networkpolicies", f"--namespace={namespace}")]
    remove_rules()
    try:
        iptables_restore(as_rules(policies, running_pods()))
        yield
    finally:
        remove_rules()


def running_pods() -> list[Pod]:
    return [
        Pod(found["status"]["podIP"], found["metadata"]["namespace"], found["metadata"].get("labels", {}))
        for found in get("pods", "--all-namespaces", "--field-selector=status.phase=Running")
    ]


def as_rules(policies: list[dict[str, Any]], pods: list[Pod]) -> list[str]:
    """The policies as input for iptables-restore."""
    chains, rules = [CHAIN], [f"-A {CHAIN} {ESTABLISHED} -j RETURN"]
    for pod in pods:
        for direction in (EGRESS, INGRESS):
            closing = [policy for policy in policies if closes(policy, pod, direction)]
            if closing:
                chain = f"{CHAIN}-{len(chains)}"
                chains.append(chain)
                rules.append(f"-A {CHAIN} {direction.own_end} {pod.address} -j {chain}")
                rules += [f"-A {chain} {match} -j RETURN" for match in allowed(closing, direction, pods)]
                rules.append(f"-A {chain} -p tcp -j REJECT --reject-with tcp-reset")
                rules.append(f"-A {chain} -j REJECT")
    return [
        *(f":{chain} - [0:0]" for chain in chains),
        *rules,
        *(f"-I {entrance} -j {CHAIN}" for entrance in ENTRANCES),
    ]


def closes(policy: dict[str, Any], pod: Pod, direction: Direction) -> bool:
    spec = policy["spec"]
    same_namespace = policy["metadata"]["namespace"] == pod.namespace
    return same_namespace and direction.type in spec["policyTypes"] and selects(spec["podSelector"], pod.labels)


def allowed(policies: Iterable[dict[str, Any]], direction: Direction, pods: list[Pod]) -> Iterator[str]:
    """An iptables match for each peer and port that a rule names."""
    for policy in policies:
        for rule in policy["spec"].get(direction.type.lower(), []):
            for port in rule.get("ports") or [None]:
                for address in addresses(rule.get(direction.peers), policy["metadata"]["namespace"], pods):
                    yield f"{direction.peers_end} {address} {ports(port)}"


def addresses(peers: list[dict[str, Any]] | None, namespace: str, pods: list[Pod]) -> Iterator[str]:
    if not peers:
        yield "0.0.0.0/0"
    for peer in peers or []:
        if "namespaceSelector" in peer or "except" in peer.get("ipBlock", {}):
            raise NotImplementedError(f"this kind of peer is not translated yet: {peer}")
        if "ipBlock" in peer:
            yield peer["ipBlock"]["cidr"]
        else:
            yield from (
                pod.address for pod in pods if pod.namespace == namespace and selects(peer["podSelector"], pod.labels)
            )


def ports(port: dict[str, Any] | None) -> str:
    return f"-p {port['protocol'].lower()} --dport {port['port']}" if port else ""


def selects(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    if "matchExpressions" in selector:
        raise NotImplementedError(f"this kind of selector is not translated yet: {selector}")
    return selector.get("matchLabels", {}).items() <= labels.items()


def remove_rules() -> None:
    """Remove the rules, including those of an interrupted test."""
    rules = subprocess.run(["iptables", "-S"], check=True, capture_output=True, text=True).stdout.splitlines()
    entrances = [rule.replace("-A", "-D", 1) for rule in rules if rule in {f"-A {e} -j {CHAIN}" for e in ENTRANCES}]
    chains = [rule.split()[1] for rule in rules if rule.startswith(f"-N {CHAIN}")]
    iptables_restore([*entrances, *(f"-F {chain}" for chain in chains), *(f"-X {chain}" for chain in chains)])


def iptables_restore(lines: list[str]) -> None:
    text = "\n".join(["*filter", *lines, "COMMIT", ""])
    subprocess.run(["iptables-restore", "--noflush", "--wait"], check=True, input=text, text=True)
