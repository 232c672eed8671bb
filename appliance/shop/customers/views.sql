-- The file that a file stands for: itself, or after a merge the oldest of its line. Older files have smaller ids, and
-- an alias counts only towards a smaller one, so the walk upwards always ends.
-- kept by id
-- touched by customer: id
-- touched by alias: select id from (with recursive below(id) as (select :customer union select a.customer from alias a join below b on a.canonical = b.id) select id from below)
-- index root
create view customer_root as
select c.id, (
    with recursive up(id) as (
        select c.id
        union
        select a.canonical from up u join alias a on a.customer = u.id
        where a.deleted = 0 and a.canonical < a.customer
    )
    select min(id) from up
) as root
from customer c
where c.made_at > 0;

-- kept by id
-- touched by customer: id
-- touched by customer_phone: select root from customer_root where id = :customer
-- touched by customer_address: select root from customer_root where id = :customer
-- touched by customer_account: select root from customer_root where id = :customer
-- touched by customer: select root from customer_root where id = :id
-- touched by customer_root: id
-- touched by customer_root: root
-- touched by customer_class: select id from customer where customer_class = :id
-- touched by customer_bought: select root from customer_root where id = :customer and :basis = 'shipped'
-- index made_at, id where state = 'blacklisted'
-- index made_at, id where state = 'disabled'
-- index name, id where state = 'disabled'
-- index bought, id where state = 'disabled'
-- index customer_class, made_at, id
-- index owner, made_at, id
-- index shop, made_at, id
-- index made_at, id where state in ('active', 'blacklisted')
-- index name, id where state in ('active', 'blacklisted')
-- index bought, id where state in ('active', 'blacklisted')
-- search name, no, phones, nicks, chat
-- withheld bought, bought_sum, orders
create view customer_list as
select f.*, ifnull(f.bought_sum, 0) as bought, f.name || ifnull(' ' || substr(f.phone, -4), '') as label
from (
select
    c.id, c.no, c.name, c.chat, c.tags, c.made_at, c.changed, c.customer_class, c.owner, c.shop, c.price_list,
    c.credit, c.credit_days, c.birthday,
    case when r.root <> c.id then 'merged' when c.disabled then 'disabled'
        when exists (select 1 from customer_root m join customer k on k.id = m.id where m.root = c.id and k.blacklisted)
        then 'blacklisted' else 'active' end as state,
    case when r.root <> c.id or c.disabled then 1 else 0 end as disabled,
    r.root as root,
    (select k.name from customer_class k where k.id = c.customer_class) as class_name,
    (select sum(b.amount) from customer_root m join customer_bought b on b.customer = m.id and b.basis = 'shipped'
        where m.root = c.id) as bought_sum,
    ifnull((select sum(b.orders) from customer_root m join customer_bought b on b.customer = m.id
        and b.basis = 'shipped' where m.root = c.id), 0) as orders,
    (select p.phone from customer_root m join customer_phone p on p.customer = m.id
        where m.root = c.id and p.deleted = 0 order by p.main desc, p.masked, p.id limit 1) as phone,
    (select group_concat(p.phone || ' ' || p.normal, ' ') from customer_root m join customer_phone p on p.customer = m.id
        where m.root = c.id and p.deleted = 0) as phones,
    (select group_concat(s.nick, ' ') from customer_root m join customer_account s on s.customer = m.id
        where m.root = c.id and s.deleted = 0) as nicks,
    (select a.province || ' ' || a.city from customer_root m join customer_address a on a.customer = m.id
        where m.root = c.id and a.deleted = 0 order by a.main desc, a.id limit 1) as place
from customer c join customer_root r on r.id = c.id
where c.deleted = 0
) f;

-- Two standing files with one phone or one account on a platform. Told once: the younger file, with the oldest other.
-- kept by id
-- touched by customer: id
-- touched by customer_root: id
-- touched by customer_root: root
-- touched by customer_phone: select ifnull(r.root, b.customer) from customer_phone b left join customer_root r on r.id = b.customer where b.normal = :normal and :normal <> ''
-- touched by customer_account: select ifnull(r.root, b.customer) from customer_account b left join customer_root r on r.id = b.customer where b.open_id = :open_id and :open_id <> ''
-- touched by customer_account: select ifnull(r.root, b.customer) from customer_account b left join customer_root r on r.id = b.customer where b.nick = :nick and :nick <> ''
-- touched by customer_root: select r.root from customer_phone a join customer_phone b on b.normal = a.normal join customer_root r on r.id = b.customer where a.customer = :id and a.normal <> ''
-- touched by customer_root: select r.root from customer_account a join customer_account b on b.open_id = a.open_id join customer_root r on r.id = b.customer where a.customer = :id and a.open_id <> ''
-- touched by customer_root: select r.root from customer_account a join customer_account b on b.nick = a.nick join customer_root r on r.id = b.customer where a.customer = :id and a.nick <> ''
-- touched by customer_phone: customer
-- touched by customer_phone: select id from customer_double where other = :customer
-- touched by customer: select id from customer_double where other = :id
-- touched by distinct_pair: customer
-- touched by distinct_pair: other
-- index made_at
-- index other
create view customer_double as
select d.id, c.no, c.name, c.made_at, d.other, o.no as other_no, o.name as other_name,
    (select p.phone from customer_phone p where p.customer = d.id and p.deleted = 0 order by p.main desc, p.id limit 1)
        as phone,
    (select p.phone from customer_phone p where p.customer = d.other and p.deleted = 0
        order by p.main desc, p.id limit 1) as other_phone
from (
    select r.id, (
        select min(other) from (
            select q.root as other
            from customer_root m join customer_phone p on p.customer = m.id
            join customer_phone b on b.normal = p.normal join customer_root q on q.id = b.customer
            where m.root = r.id and p.deleted = 0 and b.deleted = 0 and p.normal <> '' and q.root < r.id
            union all
            select q.root
            from customer_root m join customer_account s on s.customer = m.id
            join customer_account b on b.open_id = s.open_id and b.platform = s.platform and b.shop = s.shop
            join customer_root q on q.id = b.customer
            where m.root = r.id and s.deleted = 0 and b.deleted = 0 and s.open_id <> '' and q.root < r.id
            union all
            select q.root
            from customer_root m join customer_account s on s.customer = m.id
            join customer_account b on b.nick = s.nick and b.platform = s.platform
            join customer_root q on q.id = b.customer
            where m.root = r.id and s.deleted = 0 and b.deleted = 0 and s.nick <> '' and instr(s.nick, '*') = 0
                and q.root < r.id
        )
        where other not in (
            select x.other from distinct_pair x where x.customer = r.id and x.deleted = 0
            union all
            select x.customer from distinct_pair x where x.other = r.id and x.deleted = 0
        )
    ) as other
    from customer_root r
    where r.root = r.id
) d
join customer c on c.id = d.id
join customer o on o.id = d.other
where c.deleted = 0 and o.deleted = 0;

-- What belongs to a file in several pieces, each with the file that stands for its own now.
create view customer_part as
select p.id, r.root as customer, 'phone' as part, p.phone as said, '' as area, '' as note, p.main, p.masked, 0 as at
from customer_phone p join customer_root r on r.id = p.customer
where p.deleted = 0
union all
select a.id, r.root, 'address', trim(a.province || ' ' || a.city || ' ' || a.district) || ' ' || a.street,
    trim(a.province || ' ' || a.city || ' ' || a.district), trim(a.name || ' ' || a.zip), a.main, 0, 0
from customer_address a join customer_root r on r.id = a.customer
where a.deleted = 0
union all
select s.id, r.root, 'account', case when s.nick <> '' then s.nick else s.open_id end, '', s.platform, 0, 0, 0
from customer_account s join customer_root r on r.id = s.customer
where s.deleted = 0
union all
select l.id, r.root, 'alias', c.name, '', c.no, 0, 0, l.merged_at
from alias l join customer_root r on r.id = l.customer join customer c on c.id = l.customer
where l.deleted = 0 and l.canonical < l.customer;

-- A class with how the shop speaks of it, for the list of classes.
create view customer_class_list as
select k.id, k.name, k.discount, k.disabled, k.made_at, case when k.disabled then 'disabled' else 'active' end as state
from customer_class k
where k.deleted = 0;
