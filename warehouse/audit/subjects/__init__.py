"""What the audit expects of every mart, by subject: each module has FRAMES and RECONCILIATIONS of its own marts."""

from warehouse.audit.lines import Frame, Reconciliation
from warehouse.audit.subjects import health, money, projects, recurring, support, team

_SUBJECTS = (money, recurring, team, projects, support, health)

FRAMES: dict[str, Frame] = {mart: frame for subject in _SUBJECTS for mart, frame in subject.FRAMES.items()}
RECONCILIATIONS: tuple[Reconciliation, ...] = tuple(line for subject in _SUBJECTS for line in subject.RECONCILIATIONS)
