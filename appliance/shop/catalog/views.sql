-- Categories, with the way to each. Five levels are climbed at most, so that a circle made by a merge ends too.
--
-- kept by id
-- touched by category: id
-- touched by category: select id from (with recursive below(id, depth) as (select :id, 0 union select c.id, depth + 1 from below b join category c on c.parent = b.id where depth < 5) select id from below)
-- index path, id
-- index parent, name
-- index too_deep
-- search name, path
create view category_list as
select c.id, c.name, c.parent, c.changed,
    ifnull(p4.name || ' / ', '') || ifnull(p3.name || ' / ', '') || ifnull(p2.name || ' / ', '')
        || ifnull(p1.name || ' / ', '') || c.name as path,
    ifnull(p4.parent, '') <> '' as too_deep
from category c
left join category p1 on p1.id = c.parent and p1.deleted = 0
left join category p2 on p2.id = p1.parent and p2.deleted = 0
left join category p3 on p3.id = p2.parent and p3.deleted = 0
left join category p4 on p4.id = p3.parent and p4.deleted = 0
where c.deleted = 0 and c.made_at > 0;

create view problem_category_too_deep as
select id, name from category_list where too_deep = 1;

-- Every SKU as it is picked, scanned, priced and printed.
--
-- kept by id
-- touched by sku: id
-- touched by goods: select id from sku where goods = :id
-- touched by barcode: sku
-- index code
-- index disabled, name, id
-- index goods, code
-- index made_at, id
-- index disabled, made_at, id
-- index disabled, code, id
-- index code, id
-- index name, id
-- search name, code, short_name, barcodes, brand
create view sku_list as
select s.id, s.code, s.goods, g.no as goods_no, g.name as goods_name, s.spec,
    trim(g.name || ' ' || s.spec) as name, trim(g.name || ' ' || s.spec) || ' · ' || s.code as label, g.short_name, g.brand, g.category, g.unit, g.kind,
    ifnull((select b.code from barcode b where b.sku = s.id and b.deleted = 0
        order by b.main desc, b.made_at, b.id limit 1), '') as barcode,
    ifnull((select group_concat(b.code, ' ') from barcode b where b.sku = s.id and b.deleted = 0), '') as barcodes,
    s.retail, s.wholesale, s.member, s.market, s.minimum, s.weight,
    s.fraction, s.allow_negative, s.allow_below_cost,
    case when s.thumb <> '' then s.thumb else g.thumb end as picture,
    max(s.disabled, g.disabled) as disabled, s.made_at, s.changed
from sku s join goods g on g.id = s.goods
where s.deleted = 0 and s.made_at > 0 and g.deleted = 0;

-- Goods, with what their SKUs cost and are called.
--
-- kept by id
-- touched by goods: id
-- touched by sku: goods
-- touched by barcode: select goods as id from sku where id = :sku
-- touched by category_list: select id from goods where category = :id
-- index disabled, made_at, id
-- index disabled, name, id
-- index disabled, lowest, id
-- index category, disabled, made_at, id
-- index made_at, id
-- index name, id
-- index lowest, id
-- search name, no, short_name, brand, codes
create view goods_list as
select g.id, g.no, g.name, g.short_name, g.brand, g.category, ifnull(c.path, '') as category_path, g.unit, g.kind,
    g.thumb as picture, g.disabled, g.made_at, g.changed,
    (select count(*) from sku s where s.goods = g.id and s.deleted = 0) as skus,
    ifnull((select min(s.retail) from sku s where s.goods = g.id and s.deleted = 0 and s.disabled = 0), 0) as lowest,
    ifnull((select max(s.retail) from sku s where s.goods = g.id and s.deleted = 0 and s.disabled = 0), 0) as highest,
    ifnull((select group_concat(s.code || ' ' || s.spec || ' '
        || ifnull((select group_concat(b.code, ' ') from barcode b where b.sku = s.id and b.deleted = 0), ''), ' ')
        from sku s where s.goods = g.id and s.deleted = 0), '') as codes
from goods g left join category_list c on c.id = g.category
where g.deleted = 0 and g.made_at > 0;

-- Who claims which code: SKU codes and barcodes together, since a scanner cannot tell them apart.
--
-- kept by code, sku
-- touched by sku: code, id
-- touched by barcode: code, sku
-- touched by sku: select code, sku from barcode where sku = :id
create view code_claim as
select s.code, s.id as sku, ifnull((select max(w.hlc) from watched_set w
    where w.record = s.id and w.part = 'code'), s._hlc) as since
from sku s where s.deleted = 0 and s.code <> ''
union all
select b.code, b.sku, ifnull((select max(w.hlc) from watched_set w
    where w.record = b.id and w.part = 'code'), b._hlc)
from barcode b where b.deleted = 0 and b.code <> '' and not exists (
    select 1 from sku s where s.id = b.sku and s.code = b.code and s.deleted = 0);

-- What each code means: one SKU, and another only if a merge let two boxes give the same code away. Who claimed it
-- first holds it, on every box (spec/sync.md R16); the other's code is doubtful until it is given a new one.
--
-- kept by code
-- touched by code_claim: code
-- index skus
create view code_claimed as
select a.code, a.sku as one,
    ifnull((select b.sku from code_claim b where b.code = a.code and b.sku <> a.sku order by b.since, b.sku limit 1), '')
        as other,
    (select count(*) from code_claim b where b.code = a.code) as skus
from code_claim a
where not exists (select 1 from code_claim c where c.code = a.code and (c.since, c.sku) < (a.since, a.sku));

create view problem_code_claimed_twice as
select c.one as id, c.code, a.name as one, b.name as other, c.other as doubtful
from code_claimed c join sku_list a on a.id = c.one join sku_list b on b.id = c.other
where c.skus > 1;

-- The prices of a list, beside the retail price.
--
-- kept by id
-- touched by list_price: id
-- touched by sku_list: select id from list_price where sku = :id
-- index price_list, code, id
-- search name, code
create view price_list_line as
select p.id, p.price_list, p.sku, s.code, s.name, s.picture, s.unit, s.retail, s.minimum, p.price, p.changed
from list_price p join sku_list s on s.id = p.sku
where p.deleted = 0;

create view price_list_list as
select l.id, l.name, l.disabled, l.made_at, l.changed,
    (select count(*) from (select 1 from price_list_line p where p.price_list = l.id limit 1000)) as prices
from price_list l
where l.deleted = 0 and l.made_at > 0;
