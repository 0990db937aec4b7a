-- A view: most events are of no interest to any model, and what they say is wide.
{{ config(materialized='view') }}
select workspace_id, id as event_id, name, actor_kind, actor_id, subject_kind, subject_id, occurred_at, data
from {{ source('raw', 'event') }}
