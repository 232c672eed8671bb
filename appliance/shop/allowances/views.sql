create view allowance_end as select 'giver' as side union all select 'taker';

-- Each move from both ends: the one has less, the other more. The owner's own store is not counted.
--
-- kept by id, side
-- touched by allowance_moved: select :id as id, side from allowance_end
-- feeds allowance
create view allowance_side as
select m.id, e.side, m.purse, m.subject, case e.side when 'giver' then m.giver else m.taker end as holder,
    case e.side when 'giver' then -m.amount else m.amount end as amount
from allowance_moved m cross join allowance_end e
where case e.side when 'giver' then m.giver else m.taker end <> '';

-- What was spent beyond what there was, until somebody has paid or let it go.
create view allowance_owed as
select a.purse || '.' || a.subject as id, a.purse, a.subject, a.amount from allowance a
where a.holder = 'owed' and a.amount > 0;

-- What was spent for each document and is not done with: the owner looks at these, however much was spent over the years.
--
-- kept by subject, document
-- touched by allowance_moved: subject, document
create view allowance_spent as
select m.subject, m.document, sum(case m.taker when 'used' then m.amount else -m.amount end) as amount
from allowance_moved m
where m.taker = 'used' or m.giver = 'used'
group by m.subject, m.document
having sum(case m.taker when 'used' then m.amount else -m.amount end) > 0;
