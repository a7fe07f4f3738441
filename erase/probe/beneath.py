"""What lies beneath a virtual drive: the real one whose bytes it shows, and whoever else uses the same file.

The kernel keeps two users away from one node, not from one set of bytes: a loop device over /dev/sda can be opened
exclusively while /dev/sda is mounted, and so can a second loop device over one file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from erase.drive.facts import Holder, HolderKind
from erase.probe.blocks import Block, Blocks
from erase.probe.mounts import Places, Swap
from erase.probe.tree import Tree
from erase.probe.virtual import backing_file

_MOST_LEVELS = 24  # honest stacks have six


class Beneath:
    """Asked for each virtual drive. ``is_virtual`` knows a block device by its name."""

    def __init__(self, tree: Tree, blocks: Blocks, places: Places, swaps: Sequence[Swap], is_virtual: Callable[[str], bool]) -> None:
        self._tree, self._blocks, self._places, self._is_virtual = tree, blocks, places, is_virtual
        self._swap_files = {self._file(swap.path): swap for swap in swaps}
        self._files = {block.name: self._file(path) for block in blocks.by_name.values() if (path := backing_file(tree, block))}

    def holders(self, block: Block) -> tuple[Holder, ...]:
        """What forbids writing this virtual drive because of what it is made of."""
        return tuple(dict.fromkeys(self._below(block, _MOST_LEVELS)))

    def _below(self, block: Block, levels: int) -> Iterator[Holder]:
        """A loop device over a node shows another drive, whatever that is; arrays and mappings count by what is at the bottom."""
        below = [self._blocks.by_name[name] for name in block.slaves if name in self._blocks.by_name]
        if (path := backing_file(self._tree, block)) and (name := self._places.block_of_node(path)):
            yield Holder(HolderKind.UNDERLYING, self._blocks.by_name[name].node)
        for beneath in below:
            if levels == 0 or not self._is_virtual(self._blocks.disk_of(beneath).name):
                yield Holder(HolderKind.UNDERLYING, beneath.node)
            else:
                yield from self._below(self._blocks.disk_of(beneath), levels - 1)
        yield from self._users_of_file(block)

    def _users_of_file(self, block: Block) -> Iterator[Holder]:
        file = self._files.get(block.name)
        if file is None:
            return
        if file in self._swap_files:
            yield Holder(HolderKind.SWAP, self._swap_files[file].name)
        for name, other in self._files.items():
            if other == file and name != block.name:
                yield Holder(HolderKind.LOOP, self._blocks.by_name[name].node)

    def _file(self, path: bytes) -> tuple[int, int] | bytes:
        """Which file it is: hard links and bind mounts give one file several names. Its name, where it can't be looked at."""
        return self._tree.file_number(path.decode("utf-8", "surrogateescape")) or path
