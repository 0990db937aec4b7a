"""Routes of projects, milestones and tasks."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.kit import lists
from api.kit.access import allowed
from api.kit.clock import AppClock
from api.kit.concurrency import IfMatch, etag
from api.kit.database import ReadSession, WriteSession
from api.kit.errors import Conflict, NotFound, PreconditionFailed, PreconditionRequired, documented
from api.kit.idempotency import IdempotencyKey, IdempotentRoute
from api.projects import repository, service
from api.projects.listing import MILESTONES, PROJECT_TASKS, PROJECTS, TASKS, shown_to
from api.projects.models import Milestone, Task
from api.projects.schemas import (
    MilestoneCreate,
    MilestoneOut,
    MilestoneUpdate,
    ProjectComplete,
    ProjectCreate,
    ProjectOut,
    ProjectUpdate,
    TaskCreate,
    TaskOut,
    TaskUpdate,
)
from imisofts.access import Action, Actor

router = APIRouter(tags=["projects"], route_class=IdempotentRoute)

CanRead = Annotated[Actor, allowed(Action.project_read)]
CanWrite = Annotated[Actor, allowed(Action.project_write)]
EDIT = documented(NotFound, Conflict, PreconditionFailed, PreconditionRequired)
VERB = documented(NotFound, Conflict)
ProjectParams = Annotated[lists.ListParams, Depends(lists.parameters(PROJECTS))]
MilestoneParams = Annotated[lists.ListParams, Depends(lists.parameters(MILESTONES))]
TaskParams = Annotated[lists.ListParams, Depends(lists.parameters(TASKS))]
ProjectTaskParams = Annotated[lists.ListParams, Depends(lists.parameters(PROJECT_TASKS))]


async def _project(session: AsyncSession, actor: Actor, project_id: UUID, response: Response) -> ProjectOut:
    spec, missing = shown_to(actor, PROJECTS), "There is no such project."
    row = await lists.one(session, repository.visible_projects(actor), spec, project_id, missing)
    response.headers["ETag"] = etag(row["version"])
    return ProjectOut(**row)


async def _task(session: AsyncSession, actor: Actor, task_id: UUID, response: Response) -> TaskOut:
    spec, missing = shown_to(actor, TASKS), "There is no such task."
    row = await lists.one(session, repository.visible_tasks(actor), spec, task_id, missing)
    response.headers["ETag"] = etag(row["version"])
    return TaskOut(**row)


def _milestone(milestone: Milestone, response: Response) -> MilestoneOut:
    response.headers["ETag"] = etag(milestone.version)
    return MilestoneOut(**{name: getattr(milestone, name) for name in MilestoneOut.model_fields})


@router.get("/projects", response_model=lists.Page[ProjectOut])
async def list_projects(actor: CanRead, session: ReadSession, params: ProjectParams) -> Response:
    """Projects, by name unless sorted otherwise; ``q`` looks through project, client and external id."""
    return await lists.page(session, repository.visible_projects(actor), shown_to(actor, PROJECTS), params)


@router.post("/projects", status_code=201, responses=VERB)
async def create_project(
    actor: CanWrite, session: WriteSession, given: ProjectCreate, response: Response, _: IdempotencyKey = None
) -> ProjectOut:
    """Add a project."""
    project = await service.create(session, actor, given)
    response.headers["Location"] = f"/v1/projects/{project.id}"
    return await _project(session, actor, project.id, response)


@router.get("/projects/{project_id}", responses=documented(NotFound))
async def read_project(actor: CanRead, session: ReadSession, project_id: UUID, response: Response) -> ProjectOut:
    """One project, with its ETag."""
    return await _project(session, actor, project_id, response)


@router.patch("/projects/{project_id}", responses=EDIT)
async def update_project(
    actor: CanWrite,
    session: WriteSession,
    clock: AppClock,
    project_id: UUID,
    given: ProjectUpdate,
    response: Response,
    if_match: IfMatch = None,
) -> ProjectOut:
    """Change a project; needs If-Match."""
    await service.update(session, actor, project_id, given, if_match, clock)
    return await _project(session, actor, project_id, response)


@router.delete("/projects/{project_id}", responses=EDIT)
async def archive_project(
    actor: CanWrite,
    session: WriteSession,
    clock: AppClock,
    project_id: UUID,
    response: Response,
    if_match: IfMatch = None,
) -> ProjectOut:
    """Archive a project; its tasks, time and figures stay. Needs If-Match."""
    await service.archive(session, actor, project_id, if_match, clock)
    return await _project(session, actor, project_id, response)


@router.post("/projects/{project_id}/restore", responses=VERB)
async def restore_project(
    actor: CanWrite,
    session: WriteSession,
    clock: AppClock,
    project_id: UUID,
    response: Response,
    _: IdempotencyKey = None,
) -> ProjectOut:
    """Bring an archived project back."""
    await service.restore(session, actor, project_id, clock)
    return await _project(session, actor, project_id, response)


@router.post("/projects/{project_id}/complete", responses=VERB)
async def complete_project(
    actor: CanWrite,
    session: WriteSession,
    clock: AppClock,
    project_id: UUID,
    response: Response,
    given: ProjectComplete | None = None,
    _: IdempotencyKey = None,
) -> ProjectOut:
    """Say that the work is done. The body may be left out."""
    await service.complete(session, actor, project_id, given or ProjectComplete(), clock)
    return await _project(session, actor, project_id, response)


@router.post("/projects/{project_id}/reopen", responses=VERB)
async def reopen_project(
    actor: CanWrite,
    session: WriteSession,
    clock: AppClock,
    project_id: UUID,
    response: Response,
    _: IdempotencyKey = None,
) -> ProjectOut:
    """Take a completion back."""
    await service.reopen(session, actor, project_id, clock)
    return await _project(session, actor, project_id, response)


@router.get("/projects/{project_id}/milestones", response_model=lists.Page[MilestoneOut], responses=VERB)
async def list_milestones(actor: CanRead, session: ReadSession, project_id: UUID, params: MilestoneParams) -> Response:
    """A project's milestones, the next one first unless sorted otherwise."""
    await repository.require_project(session, actor, project_id)
    visible = repository.visible_milestones(actor).where(Milestone.project_id == project_id)
    return await lists.page(session, visible, shown_to(actor, MILESTONES), params)


@router.post("/projects/{project_id}/milestones", status_code=201, responses=VERB)
async def create_milestone(
    actor: CanWrite,
    session: WriteSession,
    clock: AppClock,
    project_id: UUID,
    given: MilestoneCreate,
    response: Response,
    _: IdempotencyKey = None,
) -> MilestoneOut:
    """Promise a result for a day."""
    return _milestone(await service.create_milestone(session, actor, project_id, given, clock), response)


@router.patch("/milestones/{milestone_id}", responses=EDIT)
async def update_milestone(
    actor: CanWrite,
    session: WriteSession,
    clock: AppClock,
    milestone_id: UUID,
    given: MilestoneUpdate,
    response: Response,
    if_match: IfMatch = None,
) -> MilestoneOut:
    """Change or complete a milestone; needs If-Match."""
    return _milestone(await service.update_milestone(session, actor, milestone_id, given, if_match, clock), response)


@router.delete("/milestones/{milestone_id}", status_code=204, responses=EDIT)
async def delete_milestone(
    actor: CanWrite, session: WriteSession, clock: AppClock, milestone_id: UUID, if_match: IfMatch = None
) -> None:
    """Delete a milestone; its tasks stay. Needs If-Match."""
    await service.delete_milestone(session, actor, milestone_id, if_match, clock)


@router.post("/milestones/{milestone_id}/restore", responses=VERB)
async def restore_milestone(
    actor: CanWrite,
    session: WriteSession,
    clock: AppClock,
    milestone_id: UUID,
    response: Response,
    _: IdempotencyKey = None,
) -> MilestoneOut:
    """Bring back a milestone deleted in the last ten minutes."""
    return _milestone(await service.restore_milestone(session, actor, milestone_id, clock), response)


@router.get("/projects/{project_id}/tasks", response_model=lists.Page[TaskOut], responses=VERB)
async def list_project_tasks(
    actor: CanRead, session: ReadSession, project_id: UUID, params: ProjectTaskParams
) -> Response:
    """A project's tasks, the next due first unless sorted otherwise."""
    await repository.require_project(session, actor, project_id)
    visible = repository.visible_tasks(actor).where(Task.project_id == project_id)
    return await lists.page(session, visible, shown_to(actor, TASKS), params)


@router.post("/projects/{project_id}/tasks", status_code=201, responses=VERB)
async def create_task(
    actor: CanWrite,
    session: WriteSession,
    clock: AppClock,
    project_id: UUID,
    given: TaskCreate,
    response: Response,
    _: IdempotencyKey = None,
) -> TaskOut:
    """Add a task."""
    task = await service.create_task(session, actor, project_id, given, clock)
    response.headers["Location"] = f"/v1/tasks/{task.id}"
    return await _task(session, actor, task.id, response)


@router.get("/tasks", response_model=lists.Page[TaskOut])
async def list_tasks(actor: CanRead, session: ReadSession, params: TaskParams) -> Response:
    """Tasks of all visible projects, the next due first unless sorted otherwise."""
    return await lists.page(session, repository.visible_tasks(actor), shown_to(actor, TASKS), params)


@router.get("/tasks/{task_id}", responses=documented(NotFound))
async def read_task(actor: CanRead, session: ReadSession, task_id: UUID, response: Response) -> TaskOut:
    """One task, with its ETag."""
    return await _task(session, actor, task_id, response)


@router.patch("/tasks/{task_id}", responses=EDIT)
async def update_task(
    actor: CanWrite,
    session: WriteSession,
    clock: AppClock,
    task_id: UUID,
    given: TaskUpdate,
    response: Response,
    if_match: IfMatch = None,
) -> TaskOut:
    """Change or complete a task; needs If-Match."""
    await service.update_task(session, actor, task_id, given, if_match, clock)
    return await _task(session, actor, task_id, response)


@router.delete("/tasks/{task_id}", status_code=204, responses=EDIT)
async def delete_task(actor: CanWrite, session: WriteSession, task_id: UUID, if_match: IfMatch = None) -> None:
    """Delete a task on which no time stands; needs If-Match."""
    await service.delete_task(session, actor, task_id, if_match)


@router.post("/tasks/{task_id}/restore", responses=VERB)
async def restore_task(
    actor: CanWrite, session: WriteSession, task_id: UUID, response: Response, _: IdempotencyKey = None
) -> TaskOut:
    """Bring back a task that was deleted in the last ten minutes."""
    await service.restore_task(session, actor, task_id)
    return await _task(session, actor, task_id, response)
