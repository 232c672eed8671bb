-- What can be asked about raw orders. They are many and come in thousands at a time, so their list is a plain view over
-- their own indexed table; only what waits for a person is kept.

-- Which of our goods a shop's goods are: by the seller's own code, then by the platform's own number, then by the code a
-- person matched before. Only a code that means one SKU counts.
create view shop_goods_match as
select
    g.id, g.shop, g.outer_code, g.goods_key, g.spec_key, g.title, g.spec, g.made_at,
    coalesce(
        (select c.one from code_claimed c join sku s on s.id = c.one
            where c.code = g.outer_code and c.skus = 1 and s.deleted = 0 and s.disabled = 0),
        (select m.sku from mapping m where m.shop = g.shop and m.goods_key = g.goods_key and m.spec_key = g.spec_key
            and m.sku <> '' and m.deleted = 0 order by m.changed desc limit 1),
        (select m.sku from mapping m where m.shop = g.shop and m.outer_code = g.outer_code and g.outer_code <> ''
            and m.sku <> '' and m.deleted = 0 order by m.changed desc limit 1),
        ''
    ) as sku
from shop_goods g
where g.made_at > 0 and g.deleted = 0;

-- Goods of the shops of which nobody knows yet which of ours they are.
-- kept by id
-- touched by shop_goods: id
-- touched by code_claimed: select id from shop_goods where outer_code = :code and outer_code <> ''
-- touched by sku: select id from shop_goods where outer_code = :code and outer_code <> ''
-- touched by mapping: select id from shop_goods where shop = :shop and goods_key = :goods_key and spec_key = :spec_key
-- touched by mapping: select id from shop_goods where outer_code = :outer_code and outer_code <> ''
-- index made_at, id
-- index shop, made_at
-- search title, spec, outer_code, goods_key
create view unmatched_goods as
select id, shop, title, spec, outer_code, goods_key, spec_key, made_at from shop_goods_match where sku = '';

-- How many orders wait for them, counted no further than matters.
create view unmatched_goods_list as
select u.id, u.shop, ifnull(s.name, '') as shop_name, u.title, u.spec, u.outer_code, u.goods_key, u.made_at,
    (select count(*) from (
        select 1 from raw_order_line l join raw_order o on o.id = l.raw_order
        where l.shop_goods = u.id and l.deleted = 0 and o.state = 'waiting'
          and o.platform_status in ('unconfirmed', 'await_balance', 'await_ship', 'part_shipped') limit 100
    )) as waiting
from unmatched_goods u left join shop s on s.id = u.shop;

-- Everything matched by a person, to look through and to correct.
create view mapping_list as
select m.id, m.shop, ifnull(s.name, '') as shop_name, g.title, g.spec, m.outer_code, m.sku, ifnull(k.code, '') as code,
    ifnull(k.name, '') as sku_name, m.made_at, m.changed, m.changed >> 16 as changed_at
from mapping m left join shop_goods g on g.id = m.id left join sku_list k on k.id = m.sku
left join shop s on s.id = m.shop
where m.deleted = 0 and m.made_at > 0 and m.sku <> '';

-- How far an order has come here: by its own step, and then by the system orders that came of it.
create view raw_order_list as
select
    o.id, o.platform, o.shop, ifnull(s.name, '') as shop_name, o.tid, o.platform_status, o.refund_status, o.state,
    o.state_at, o.placed_at, o.paid_at, o.goods_amount, o.postage, o.receivable, o.paid, o.title, o.goods_count,
    o.buyer_message, o.seller_memo, o.made_at, o.changed,
    ifnull(r.nick, '') as nick, ifnull(r.name, '') as receiver, ifnull(r.phone, '') as phone, ifnull(r.masked, 0) as masked,
    case
        when o.platform_status in ('refunded', 'closed') then 'cancelled'
        when o.state = 'waiting' and o.platform_status in ('shipped', 'signed', 'finished') then 'history'
        when o.state <> 'submitted' then o.state
        else ifnull((
            select case
                when min(t.state = 'cancelled') = 1 then 'cancelled'
                when min(t.state in ('completed', 'cancelled')) = 1 then 'done'
                when min(t.state in ('shipped', 'completed', 'cancelled')) = 1 then 'shipped'
                when max(t.state in ('shipped', 'completed')) = 1 then 'part_shipped'
                else 'submitted' end
            from raw_order_line l
            join sales_order_line b on b.raw_line = l.id and b.raw_line <> '' and b.deleted = 0
            join sales_order t on t.id = b.sales_order and t.state <> 'merged'
            where l.raw_order = o.id
        ), 'submitted')
    end as process_status,
    (select count(*) from raw_order_line l where l.raw_order = o.id and l.deleted = 0) as lines,
    (select t.id from sales_order t where t.raw_order = o.id and t.raw_order <> '' and t.deleted = 0 limit 1) as sales_order,
    ifnull((select t.number from sales_order t where t.raw_order = o.id and t.raw_order <> '' and t.deleted = 0 limit 1), '') as number
from raw_order o
left join raw_receiver r on r.id = o.raw_receiver
left join shop s on s.id = o.shop
where o.deleted = 0 and o.made_at > 0;

-- Each line of a raw order, with the goods it was matched to and the system order it went into.
create view raw_order_line_list as
select
    l.id, l.raw_order, l.oid, l.place, l.shop_goods, l.title, l.spec, l.price, l.qty, l.payable, l.paid,
    l.platform_status, l.refund_status, l.refund_amount, l.bundle, l.memo, l.waybill,
    ifnull(m.outer_code, '') as outer_code, ifnull(m.sku, '') as sku, ifnull(k.name, '') as sku_name,
    ifnull(k.code, '') as code,
    ifnull((select t.state from sales_order_line b join sales_order t on t.id = b.sales_order
        where b.raw_line = l.id and b.raw_line <> '' and b.deleted = 0 order by t.state = 'merged', b.made_at desc limit 1), '') as order_state
from raw_order_line l
left join shop_goods_match m on m.id = l.shop_goods
left join sku_list k on k.id = m.sku
where l.deleted = 0 and l.made_at > 0;

create view import_job_list as
select j.id, j.shop, ifnull(s.name, '') as shop_name, j.kind || '_file' as kind, j.state, j.state_at, j.total, j.taken, j.added,
    j.changed_orders, j.same, j.older, j.bad, j.submitted, j.not_submitted, j.made_at, j.changed
from import_job j left join shop s on s.id = j.shop
where j.deleted = 0 and j.made_at > 0;

-- Two boxes submitted one raw order apart, and both orders live.
create view problem_raw_order_submitted_twice as
select o.id, o.id as document, o.tid as number
from raw_order o
where o.forked = 1 and (
    select count(distinct t.id) from raw_order_line l join sales_order_line b on b.raw_line = l.id and b.raw_line <> '' and b.deleted = 0
    join sales_order t on t.id = b.sales_order and t.state not in ('cancelled', 'merged')
    where l.raw_order = o.id) > 1;
