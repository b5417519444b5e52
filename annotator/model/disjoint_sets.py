"""Numbers in groups that are joined and never parted (union-find)."""

from array import array
from collections.abc import Iterable


class DisjointSets:
    """The numbers from 0 to below `size`, each alone at first."""

    def __init__(self, size: int) -> None:
        self._parent = array("Q", range(size))

    def find(self, number: int) -> int:
        """The smallest number of the group that holds `number`."""
        parent = self._parent
        while parent[number] != number:
            parent[number] = number = parent[parent[number]]
        return number

    def join(self, one: int, two: int) -> bool:
        """Make two groups one; False if they were one already."""
        one, two = self.find(one), self.find(two)
        if one != two:
            self._parent[max(one, two)] = min(one, two)
        return one != two

    def join_all(self, numbers: Iterable[int]) -> None:
        first: int | None = None
        for number in numbers:
            if first is None:
                first = number
            else:
                self.join(first, number)

    def groups(self) -> dict[int, list[int]]:
        """The members of each group in ascending order, by the smallest."""
        found: dict[int, list[int]] = {}
        for number in range(len(self._parent)):
            found.setdefault(self.find(number), []).append(number)
        return found
