-- Which clients there are and since when each is archived: what facts hold on to. Another name leaves these rows alone,
-- so that nothing below them is built or tested again for it.
select workspace_id, client_id, archived_at
from {{ ref('stg_app__clients') }}
