"""RFC 6962 Merkle hashing over the ledger's entries: what the database computes at append, computed again by whoever doubts it.

Pure. Keeps: the same leaves give the same root on any machine.
Source: RFC 6962 section 2.1 (leaf prefix 0x00, node prefix 0x01).
"""

from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID


def entry(
    index: int,
    stream: UUID,
    version: int,
    topic: str,
    recorded_at: int,
    prev: bytes | None,
    actor: str | None,
    state: bytes,
) -> bytes:
    """Return the entry `ledger-entry/v1` verbatim: seven header lines, an empty line, the stored state.

    `index` counts from 0 (position - 1); `recorded_at` is in microseconds UTC; `prev` is the stream's previous leaf.
    """
    header = (
        "ledger-entry/v1",
        index,
        stream,
        version,
        topic,
        recorded_at,
        prev.hex() if prev else "-",
        actor or "-",
        "",
        "",
    )
    return "\n".join(map(str, header)).encode() + state


def leaf_hash(entry_bytes: bytes) -> bytes:
    return sha256(b"\0" + entry_bytes).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


class Frontier:
    """The roots of the complete subtrees of a growing tree: `nodes[level]` covers 2^level leaves, None where size has no such bit."""

    def __init__(self, size: int = 0, nodes: Sequence[bytes | None] = ()) -> None:
        self.size = size
        self.nodes = list(nodes)

    def add(self, leaf: bytes) -> bytes:
        """Add the next leaf; return the root of the largest complete subtree that ends with it."""
        node, level, rest = leaf, 0, self.size
        while rest & 1:
            carried = self.nodes[level]
            assert carried is not None  # noqa: S101 - that bit of size is 1
            node, self.nodes[level] = node_hash(carried, node), None
            level, rest = level + 1, rest >> 1
        if level == len(self.nodes):
            self.nodes.append(None)
        self.nodes[level] = node
        self.size += 1
        return node

    def root(self) -> bytes:
        """Return the tree's root; that of an empty tree is SHA-256 of nothing."""
        peaks = [node for node in self.nodes if node is not None]
        if not peaks:
            return sha256().digest()
        root = peaks[0]
        for peak in peaks[1:]:
            root = node_hash(peak, root)
        return root
