-- Everybody the shop may settle with.
create view party as
select c.id, c.name, 'customer' as party_kind from customer c where c.made_at > 0
union all
select p.id, p.name, 'partner' from partner p where p.made_at > 0
union all
select c.id, c.name, 'courier' from courier c where c.made_at > 0
union all
select e.id, e.name, 'employee' from employee e where e.made_at > 0;

create view money_account_list as
select a.id, a.name, a.no, a.kind, a.branch, a.currency, ifnull((select c.code from currency c where c.id = a.currency), '')
        as code, a.opening, a.allow_negative, a.offered_first, a.disabled, a.made_at,
    ifnull((select b.amount from account_balance b where b.account = a.id), 0) as balance,
    (select n.name from branch n where n.id = a.branch) as branch_name,
    (select e.name from employee e where e.id = a.keeper) as keeper_name
from money_account a
where a.deleted = 0;

-- The journal of an account, in the order and with the balance its owner gave.
create view account_journal as
select m.id, m.account, m.seq, m.amount, m.came, m.went, m.balance, m.day, m.at, m.paper,
    p.number, 'paper_' || p.kind as kind, p.note, p.about, p.party, p.reverses,
    (select n.name from party n where n.id = p.party) as party_name,
    (select i.name from money_item i where i.id = m.item) as item_name,
    (select e.name from employee e where e.id = m.who) as who_name
from money_moved m
left join money_paper p on p.id = m.paper;

-- kept by id
-- touched by money_paper: id
-- touched by money_paper: reverses
-- touched by allocated: paper
-- touched by allocated: charge
-- touched by money_paper_line: money_paper
-- touched by money_account: select id from money_paper where account = :id
-- touched by customer: select id from money_paper where party = :id
-- touched by partner: select id from money_paper where party = :id
-- index state, made_at
-- index kind_word, made_at
-- index mark_id, made_at where mark_id <> ''
-- index account, made_at
-- index made_at
-- index day, id
-- index amount, id
-- search number, about, note, party_name
create view money_paper_list as
select f.*, ifnull(f.party_name, ifnull(f.item_name, '')) as whom from (
select p.id, p.number, p.kind, p.account, p.to_account, p.party, p.party_kind, p.amount, p.fee, p.day, p.document,
    p.about, p.note, p.mark, p.mark_id, p.maker, p.reviewer, p.reverses, p.item, p.made_at, p.changed, p.state,
    'paper_' || p.kind as kind_word, 'paper_' || p.state as state_word,
    (select a.name from money_account a where a.id = p.account)
        || ifnull((select ' +' || (count(distinct l.account) - 1) from money_paper_line l where l.money_paper = p.id
            and l.deleted = 0 having count(distinct l.account) > 1), '') as account_name,
    (select a.name from money_account a where a.id = p.to_account) as to_name,
    (select n.name from party n where n.id = p.party) as party_name,
    ifnull((select f.amount from allocated_from f where f.paper = p.id), 0)
        + ifnull((select t.amount from allocated_to t where t.charge = p.id), 0) as settled,
    (select i.name from money_item i where i.id = p.item) as item_name,
    exists (select 1 from money_paper r where r.reverses = p.id and r.state = 'approved') as reversed
from money_paper p
where p.deleted = 0 and p.made_at > 0
) f;

-- kept by id
-- touched by partner: id
-- index made_at
-- index name
-- search name, phone
create view partner_list as
select p.id, p.name, p.phone, p.remark, p.disabled, p.made_at,
    case when p.disabled then 'disabled' else 'active' end as state
from partner p
where p.deleted = 0 and p.made_at > 0;

-- What speaks for a party and what speaks against it, each with the part that is not settled yet.
create view party_item as
select c.id, c.party, c.party_kind, c.document, c.number, c.kind, c.day, c.due_on,
    case when c.amount > 0 then 'owed' else 'prepaid' end as side, abs(c.amount) as amount,
    abs(c.amount) - ifnull((select t.amount from allocated_to t where t.charge = c.id), 0)
        - ifnull((select f.amount from allocated_from f where f.paper = c.id), 0) as open
from charged c
union all
select r.paper, p.party, p.party_kind, p.document, p.number, 'paper_' || p.kind, p.day, p.day,
    case when r.amount < 0 then 'owed' else 'prepaid' end, abs(r.amount),
    abs(r.amount) - ifnull((select t.amount from allocated_to t where t.charge = r.paper), 0)
        - ifnull((select f.amount from allocated_from f where f.paper = r.paper), 0)
from received_by r join money_paper p on p.id = r.paper;

-- kept by id
-- touched by charged: id
-- touched by received_by: paper
-- touched by money_paper: id
-- touched by allocated_to: charge
-- touched by allocated_from: paper
-- index party, side, due_on
-- index side, due_on
-- index id where open < 0
-- feeds party_open
create view open_item as
select i.id, i.party, i.party_kind, i.document, i.number, i.kind, i.day, i.due_on, i.side, i.amount, i.open,
    case when i.side = 'owed' then i.open else 0 end as owed,
    case when i.side = 'owed' then 0 else i.open end as prepaid,
    trim(i.number || ' ' || i.day) as label
from party_item i
where i.open <> 0;

-- A party with all it was ever called: after a merge the older file speaks for both.
-- kept by id
-- touched by party_charged: select root from customer_root where id = :party
-- touched by party_charged: party
-- touched by party_received: select root from customer_root where id = :party
-- touched by party_received: party
-- touched by party_open: select root from customer_root where id = :party
-- touched by party_open: party
-- touched by customer_root: id
-- touched by customer_root: root
-- touched by customer: id
-- touched by partner: id
-- index balance, id
-- index prepaid, id
-- index oldest_due
-- index name
-- search name
create view party_balance as
select s.id, s.party_kind, s.name, s.charged - s.received as balance, s.charged, s.received,
    ifnull((select sum(o.owed) from party_open o where o.party in (
        select s.id union select m.id from customer_root m where m.root = s.id)), 0) as owed,
    ifnull((select sum(o.prepaid) from party_open o where o.party in (
        select s.id union select m.id from customer_root m where m.root = s.id)), 0) as prepaid,
    ifnull((select min(i.due_on) from open_item i where i.side = 'owed' and i.party in (
        select s.id union select m.id from customer_root m where m.root = s.id)), '') as oldest_due
from (
    select p.id, p.party_kind, p.name,
        (select sum(c.amount) from party_charged c where c.party in (
            select p.id union select m.id from customer_root m where m.root = p.id)) as charged_sum,
        ifnull((select sum(c.amount) from party_charged c where c.party in (
            select p.id union select m.id from customer_root m where m.root = p.id)), 0) as charged,
        (select sum(r.amount) from party_received r where r.party in (
            select p.id union select m.id from customer_root m where m.root = p.id)) as received_sum,
        ifnull((select sum(r.amount) from party_received r where r.party in (
            select p.id union select m.id from customer_root m where m.root = p.id)), 0) as received
    from party p
    where ifnull((select m.root from customer_root m where m.id = p.id), p.id) = p.id
) s
where s.charged_sum is not null or s.received_sum is not null;

-- The lines of a statement.
create view party_line as
select c.id, c.party, c.day, c.at, c.number, c.kind, c.amount, c.due_on, c.document, '' as paper
from charged c
union all
select r.id, r.party, r.day, r.at, p.number, 'paper_' || p.kind, -r.amount, '', r.document, r.paper
from received r left join money_paper p on p.id = r.paper;

-- Settlements between two files: while they are one customer that is right, once they are two people again it is not.
-- kept by paper, charge
-- within nothing
-- touched by allocated: paper, charge
-- touched by customer_root: select paper, charge from settled_across where one = :id
-- touched by customer_root: select paper, charge from settled_across where other = :id
-- index one
-- index other
-- index apart
create view settled_across as
select a.paper, a.charge, p.party as one, q.party as other,
    ifnull((select r.root from customer_root r where r.id = p.party), p.party)
        <> ifnull((select r.root from customer_root r where r.id = q.party), q.party) as apart
from (select paper, charge from allocated group by paper, charge having sum(amount) <> 0) a
join party_item p on p.id = a.paper join party_item q on q.id = a.charge
where p.party <> q.party;

create view problem_settled_across as
select s.paper || '.' || s.charge as id, s.other as document, s.paper, s.charge, n.name, m.name as other
from settled_across s join party n on n.id = s.one join party m on m.id = s.other
where s.apart = 1;

create view problem_over_settled as
select i.id, i.party as document, i.number, n.name
from open_item i join party n on n.id = i.party
where i.open < 0;

create view problem_account_negative as
select a.id, a.id as document, a.name
from money_account a join account_balance b on b.account = a.id
where a.allow_negative = 0 and b.amount < 0;

-- A journal counts its lines. Two boxes that wrote into one journal at once gave the same place twice.
create view problem_journal_broken as
select a.id, a.id as document, a.name
from money_account a join account_balance b on b.account = a.id
where b.n <> (select max(m.seq) from money_moved m where m.account = a.id);

-- Who stood at which drawer, and what was counted. A plain view: its own table has the orders that pages ask for.
create view cash_session_list as
select c.id, c.number, c.account, c.state, c.made_at, c.changed, c.float_counted, c.closed_at, c.first, c.last, c.note,
    'till_' || c.state as state_word, a.name as account_name, ifnull(e.name, '') as opened_name,
    ifnull(f.name, '') as closed_name, c.expected, c.counted, c.counted - c.expected as difference
from cash_session c left join money_account a on a.id = c.account left join employee e on e.id = c.opened_by
left join employee f on f.id = c.closed_by
where c.deleted = 0 and c.made_at > 0;
