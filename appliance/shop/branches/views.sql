-- The boxes of the chain.
--
-- kept by id
-- within nothing
-- touched by member: id
-- touched by branch: select id from member where branch = :id
-- index box
-- index code, id
-- index branch, code
create view member_list as
select m.id, m.box, m.code, m.branch, ifnull(b.name, '') as branch_name, m.role, m.number, m.certificate, m.name,
    m.address, m.gone, m.gone_on, m.gone_reason, m.made_at, m.changed
from member m left join branch b on b.id = m.branch
where m.deleted = 0 and m.made_at > 0;

-- Cases: what two boxes did in contradiction. Each is a function of the entries alone, so that all boxes that hold the
-- same show the same; a settlement is an entry too. `open` is 0 once a person settled as many sides as there are.

-- Two steps from one state of a document. Where both lead to the same state nothing has to be decided.
--
-- kept by about, part
-- within about
-- touched by step: document, parent
-- touched by settlement: about, part
-- index id
-- index open, same, first_at
create view fork_case as
select s.document || '.' || s.parent as id, s.document as about, s.parent as part, min(s.kind) as kind,
    count(*) as sides, min(s.state) as one, max(s.state) as other, min(s.state) = max(s.state) as same,
    min(s.hlc) >> 16 as first_at,
    count(*) > ifnull((select max(t.sides) from settlement t
        where t.about = s.document and t.part = s.parent and t.kind = 'fork' and t.deleted = 0), 0) as open
from step s
group by s.document, s.parent having count(*) > 1;

-- Corrections of one watched value that did not know of each other.
--
-- kept by about, part
-- within about
-- touched by watched_set: select :record as about, :part || '.' || :was_hlc || '.' || lower(hex(:was_author)) as part
-- touched by settlement: about, part
-- index id
-- index open, same, first_at
create view conflict_case as
select w.record || '.' || w.part || '.' || w.was_hlc || '.' || lower(hex(w.was_author)) as id, w.record as about,
    w.part || '.' || w.was_hlc || '.' || lower(hex(w.was_author)) as part, w.part as field, min(w.kind) as kind,
    count(*) as sides, min(w.content) = max(w.content) as same, min(w.hlc) >> 16 as first_at,
    count(*) > ifnull((select max(t.sides) from settlement t where t.about = w.record
        and t.part = w.part || '.' || w.was_hlc || '.' || lower(hex(w.was_author)) and t.kind = 'conflict'
        and t.deleted = 0), 0) as open
from watched_set w
group by w.record, w.part, w.was_hlc, w.was_author having count(*) > 1;

-- One happening that was told differently. The first telling counts.
--
-- kept by about, part
-- within about
-- touched by rival: id, kind
-- touched by settlement: about, part
-- index id
-- index open, first_at
create view rival_case as
select r.id || '.' || r.kind as id, r.id as about, r.kind as part, r.kind, count(distinct r.content) as sides,
    0 as same, min(r.hlc) >> 16 as first_at,
    count(distinct r.content) > ifnull((select max(t.sides) from settlement t
        where t.about = r.id and t.part = r.kind and t.kind = 'rival' and t.deleted = 0), 0) as open
from rival r
group by r.id, r.kind having count(distinct r.content) > 1;

-- Every case that was ever, by its id.
create view any_case as
select id, 'fork' as case_kind, about, part, kind, sides, same, open from fork_case
union all select id, 'conflict', about, part, kind, sides, same, open from conflict_case
union all select id, 'rival', about, part, kind, sides, same, open from rival_case;

create view problem_step_fork as
select id, about, kind, 'kind.' || kind as called, one, other, sides, first_at from fork_case where open = 1 and same = 0 order by first_at;

create view problem_value_conflict as
select id, about, kind, 'kind.' || kind as called, field, sides, first_at from conflict_case where open = 1 and same = 0 order by first_at;

create view problem_told_differently as
select id, about, kind, 'kind.' || kind as called, sides, first_at from rival_case where open = 1 order by first_at;

-- Two people did the same apart from each other. It is written down, and nobody has to decide anything.
create view problem_done_twice as
select id, about, kind, 'kind.' || kind as called, one, sides, first_at from fork_case where open = 1 and same = 1 order by first_at;

-- What another version of this program wrote and this one does not understand yet.
create view problem_parked as
select 'parked' as id, count(*) as count from (select 1 from parked limit 1000) having count(*) > 0;

-- What the night's round found in this box's own tables; the log that they are drawn from is another matter.
create view problem_books_differ as
select 'found_wrong' as id, count(*) as count, min(line) as first from (select line from found_wrong limit 100)
having count(*) > 0;

-- ---- both sides of each case: who, when, at which box, and what

create view fork_side as
select s.document || '.' || s.parent as problem, s.document as about, s.id as side, s.hlc >> 16 as at, s.hlc, s.place, s.who, s.kind,
    s.state as what, '' as content
from step s;

create view conflict_side as
select w.record || '.' || w.part || '.' || w.was_hlc || '.' || lower(hex(w.was_author)) as problem,
    w.record as about, w.hlc || '.' || w.place as side, w.hlc >> 16 as at, w.hlc, w.place, w.who, w.kind, '' as what, w.content
from watched_set w;

create view rival_side as
select r.id || '.' || r.kind as problem, r.id as about, r.hlc || '.' || r.place as side, min(r.hlc) >> 16 as at,
    r.hlc, r.place, r.who, r.kind, '' as what, r.content
from rival r
group by r.id, r.kind, r.content;

-- ---- rights to goods that several branches sell

-- The boxes that can hold rights, as a form offers them.
create view rights_holder as
select id, trim(code || ' ' || branch_name) as label, code, box from member_list where gone = '' and role = 'box';

-- Requests that nobody has answered yet, the oldest first.
create view rights_asked as
select r.id, r.pool, r.asker, r.asker_code, r.whom, r.whom_code, r.qty, r.made_at, p.name, p.code, p.warehouse_name
from rights_request r join pool_list p on p.id = r.pool
where r.state = 'asked' and r.deleted = 0 and r.made_at > 0;

-- Boxes that hold less of a pool than they should, as its keeper knows it: what it granted counts before they have heard. What
-- a box held under an earlier name, before its disk was set back, it cannot promise any more.
create view rights_low as
select l.id, l.pool, l.member, l.least, l.full, p.keeper,
    ifnull((select sum(a.amount) from allowance a
        where a.purse = 'pool' and a.subject = l.pool and substr(a.holder, 1, 32) = m.box
        and not exists (select 1 from retired r where lower(hex(r.author)) = a.holder)), 0) as held
from rights_level l join pool p on p.id = l.pool join member m on m.id = l.member
where l.deleted = 0 and l.made_at > 0 and l.least > 0 and p.closed = 0 and p.deleted = 0 and m.gone = '' and held < l.least;
