"""The brand's files. Its settings stand in ``workspace.brand`` and name these by their hash."""

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.kit.models import Base, TenantMixin


class BrandFile(TenantMixin, Base):
    """A picture or style sheet as it is served: drawn anew by us, never what was uploaded.

    ``sha256`` is of ``content``, in hexadecimal, and part of its public address; a file is never changed. ``width``
    and ``height`` are a picture's, in pixels; ``source`` is what somebody typed for a style sheet.
    """

    __tablename__ = "brand_file"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "kind", "sha256"),
        ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        Index("ix_brand_file_sha256", "sha256"),
        CheckConstraint("kind in ('logo', 'favicon', 'style')", name="kind"),
        {"info": {"lake_excluded": "pictures and styles, of no use to figures"}},
    )

    kind: Mapped[str] = mapped_column()
    sha256: Mapped[str] = mapped_column()
    media_type: Mapped[str] = mapped_column()
    content: Mapped[bytes] = mapped_column(LargeBinary)
    width: Mapped[int | None] = mapped_column()
    height: Mapped[int | None] = mapped_column()
    source: Mapped[str | None] = mapped_column()
