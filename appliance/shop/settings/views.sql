-- Directories are short; they are kept all the same, so that every list reads an index and can be searched.

-- kept by id
-- touched by branch: id
-- index name, id
-- search name, code, phone
create view branch_list as
select id, name, code, phone, address, disabled from branch where deleted = 0;

-- kept by id
-- touched by warehouse: id
-- touched by branch: select id from warehouse where branch = :id
-- index name, id
-- search name, code
create view warehouse_list as
select w.id, w.name, w.code, w.kind, w.branch, w.disabled,
    coalesce((select name from branch where id = w.branch), '') as branch_name
from warehouse w where w.deleted = 0;

-- kept by id
-- touched by shop: id
-- touched by branch: select id from shop where branch = :id
-- touched by warehouse: select id from shop where warehouse = :id
-- touched by courier: select id from shop where courier = :id
-- index name, id
-- search name, code, contact, shop_group
create view shop_list as
select s.id, s.name, s.code, s.platform, s.branch, s.warehouse, s.contact, s.phone, s.address, s.complete_days,
    s.return_contact, s.return_phone, s.return_address, s.shop_group, s.authorised_until, s.disabled, coalesce((select name from courier where id = s.courier), '') as courier_name,
    coalesce((select name from branch where id = s.branch), '') as branch_name,
    coalesce((select name from warehouse where id = s.warehouse), '') as warehouse_name
from shop s where s.deleted = 0;

-- kept by id
-- touched by courier: id
-- index name, id
-- search name, code
create view courier_list as
select id, name, code, kind, waybill_source, cod, account_no, max_weight, volume_ratio, not_served, phone, disabled from courier where deleted = 0;

-- kept by id
-- touched by packaging: id
-- index name, id
-- search name
create view packaging_list as
select id, name, weight, cost, sku, disabled,
    case when length_cm > 0 then length_cm || ' × ' || width_cm || ' × ' || height_cm || ' cm' else '' end as size
from packaging where deleted = 0;

-- An item's path names everything above it, so a changed item touches all that stands below it. Two boxes can make a
-- circle between them, hence `union` downward and a bound upward.
-- kept by id
-- touched by money_item: select id from (with recursive below (id) as (values (:id) union select m.id from money_item m join below b on m.parent = b.id) select id from below)
-- index path, id
-- search path
create view money_item_list as
select i.id, i.name, i.direction, i.parent, i.disabled,
    coalesce((select name from money_item where id = i.parent), '') as parent_name,
    (with recursive above (id, path, parent, steps) as (
        select i.id, i.name, i.parent, 1
        union all
        select m.id, m.name || ' › ' || a.path, m.parent, a.steps + 1
        from above a join money_item m on m.id = a.parent where a.steps < 6
    ) select path from above order by steps desc limit 1) as path
from money_item i where i.deleted = 0;

-- kept by id
-- touched by reason: id
-- index kind, id
-- search name
create view reason_list as
select id, kind, name, disabled from reason where deleted = 0;

-- kept by id
-- touched by mark: id
-- index kind, id
-- search name
create view mark_list as
select id, kind, name, colour, disabled from mark where deleted = 0;

-- kept by id
-- touched by currency: id
-- touched by currency_rate: currency
-- index name, id
-- search name, code
create view currency_list as
select c.id, c.name, c.code, c.disabled,
    coalesce((select rate from currency_rate r where r.currency = c.id and r.deleted = 0 order by day desc limit 1), 0)
        as rate,
    coalesce((select day from currency_rate r where r.currency = c.id and r.deleted = 0 order by day desc limit 1), '')
        as day
from currency c where c.deleted = 0;

-- kept by id
-- touched by unit: id
-- index name, id
-- search name
create view unit_list as
select id, name, fraction, disabled from unit where deleted = 0;

-- kept by id
-- touched by tax_rate: id
-- index name, id
-- search name
create view tax_rate_list as
select id, name, rate, disabled from tax_rate where deleted = 0;

-- kept by id
-- touched by holiday: id
-- index day, id
-- search name
create view holiday_list as
select id, name, day, kind, disabled from holiday where deleted = 0;
