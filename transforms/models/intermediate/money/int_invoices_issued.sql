-- Drafts are nobody's figures; everything that ever left the house is, void or not.
select *
from {{ ref('stg_app__invoices') }}
where status <> 'draft'
  and issued_on is not null
