"""How much of the data folder's disk stays free: below that, nothing is begun that fills it."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from pipeline.domain.errors import DiskNearlyFull
from pipeline.steps.rebuild import OnEpisode


@dataclass(frozen=True, slots=True)
class DiskRoom:
    """`reserve` is in bytes; 0 where the data lies elsewhere."""

    folder: Path
    reserve: int

    @property
    def free(self) -> int:
        """Bytes that are free now."""
        return shutil.disk_usage(self.folder).free

    @property
    def is_short(self) -> bool:
        """Whether there is less room than is to stay free."""
        return self.reserve > 0 and self.free < self.reserve

    def expect(self) -> None:
        """Raises DiskNearlyFull when there is less room than is to stay free."""
        if self.is_short:
            raise DiskNearlyFull(reserve=self.reserve)

    def watched(self, report: OnEpisode) -> OnEpisode:
        """The report, which ends the work that it is told of when the room is used up."""

        def told(done: int, total: int, title: str) -> None:
            report(done, total, title)
            self.expect()

        return told
