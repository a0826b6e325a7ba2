"""The fence: which rows a workspace may read."""

from typing import Any

from sqlalchemy import Column, ColumnElement, and_

from pipeline.domain.audience import WorkspaceId, keys_visible_to


def visible_to(workspace: WorkspaceId, *audiences: Column[Any]) -> ColumnElement[bool]:
    """Every one of these audience columns admits the workspace."""
    keys = keys_visible_to(workspace)
    return and_(*(column.in_(keys) for column in audiences))
