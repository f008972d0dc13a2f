"""What every section of ``place.toml`` is made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Text = Annotated[str, Field(min_length=1)]


class Section(BaseModel):
    """Base of every section: unknown keys are faults, and nothing can be changed later."""

    model_config = ConfigDict(extra="forbid", frozen=True)
