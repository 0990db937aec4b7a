-- How much each input weighs in each workspace: as it was set, else as the policy says.
{% set weights = var('policy')['health_weights']['weights'] -%}
select
    workspaces.workspace_id,
    {%- for input, weight in weights.items() %}
    cast(coalesce(max(weights.weight) filter (where weights.input = '{{ input }}'), {{ weight }}) as integer) as {{ input }}_weight{{ ',' if not loop.last }}
    {%- endfor %}
from {{ ref('int_workspaces') }} as workspaces
left join {{ ref('stg_app__health_weights') }} as weights on workspaces.workspace_id = weights.workspace_id
group by workspaces.workspace_id
