"""The tree against published roots (RFC 6962 reference implementation's leaves) and the entry against one vector written out in full."""

from hashlib import sha256
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from ledger.merkle import Frontier, entry, leaf_hash, node_hash

# The eight inputs and roots that certificate-transparency-go publishes as its reference tree.
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def test_roots_are_those_of_rfc_6962() -> None:
    frontier = Frontier()
    assert frontier.root() == sha256(b"").digest()
    for leaf, root in zip(LEAVES, ROOTS, strict=True):
        frontier.add(leaf_hash(bytes.fromhex(leaf)))
        assert frontier.root().hex() == root


def naive(leaves: list[bytes]) -> bytes:
    """RFC 6962's definition, word for word."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(naive(leaves[:split]), naive(leaves[split:]))


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=70))
def test_the_frontier_is_the_definition_and_its_node_ends_the_largest_complete_subtree(texts: list[bytes]) -> None:
    frontier, leaves = Frontier(), list[bytes]()
    for text in texts:
        leaves.append(leaf_hash(text))
        node = frontier.add(leaves[-1])
        complete = len(leaves) & -len(leaves)
        assert node == naive(leaves[-complete:])
        assert frontier.root() == naive(leaves)


def test_the_entry_is_these_very_bytes() -> None:
    stream = UUID("01234567-89ab-cdef-0123-456789abcdef")
    prev = bytes(range(32))
    written = entry(4, stream, 2, "item.verified", 1_709_254_800_000_000, prev, "account-1", b'{"a":1}')
    assert written == (
        b"ledger-entry/v1\n4\n01234567-89ab-cdef-0123-456789abcdef\n2\nitem.verified\n1709254800000000\n"
        b"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\naccount-1\n\n"
        b'{"a":1}'
    )
    assert leaf_hash(written).hex() == "cad1ac53c7c17dc0ad501f1a27b671a269fbff14067fc32ccc4c3629e395f103"
    alone = entry(0, stream, 1, "item.verified", 1, None, None, b"{}")
    assert alone == b"ledger-entry/v1\n0\n01234567-89ab-cdef-0123-456789abcdef\n1\nitem.verified\n1\n-\n-\n\n{}"
