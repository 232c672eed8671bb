-- kept by id
-- touched by tea: id
-- index placed_at
-- index state, placed_at
-- index name
-- search name, phone
create view tea_list as
select t.id, t.name, t.grade, t.price, t.cost, t.phone, t.placed_at, t.state, 128 as worth
from tea t where t.deleted = 0;
