-- What can be asked about orders. Names of shops and goods are those of the day of the order, so a kept row depends
-- only on the order, its receiver, its lines and the money received for it.

create view order_basis as
select 'placed' as basis union all select 'paid' union all select 'shipped' union all select 'completed';

-- One row per order with everything a list needs to act without opening anything. Three indexes also tell whose an order is:
-- whoever may see some shops only walks past the others without reading them.
-- kept by id
-- touched by sales_order: id
-- touched by receiver: select id from sales_order where receiver = :id
-- touched by sales_order_line: sales_order
-- touched by received_for: document
-- follows received_for: paid
-- follows sales_order (state, state_at, forked, changed): state, state_at, forked, changed, trouble, reviewing, halted, uneven
-- index state, ship_by, id
-- index state, placed_at, id, shop, warehouse, salesperson
-- index placed_at, id, shop, warehouse, salesperson
-- index ship_by, id
-- index receivable, id
-- index customer, placed_at, id
-- index customer, state where delivery_term in ('on_account', 'instalment')
-- index person_key where state in ('awaiting_payment', 'delayed', 'preorder', 'to_review', 'to_finance_review', 'approved')
-- index shipped_on where state = 'shipped'
-- index number
-- index platform_number where platform_number <> ''
-- index reviewing, placed_at, id, shop, warehouse, salesperson where reviewing = 1
-- index mark_id, placed_at, id where mark_id <> ''
-- index halted, placed_at, id where halted = 1
-- index id where uneven = 1
-- search number, platform_number, receiver, phone
-- feeds order_count
create view order_list as
select
    o.id, o.number, o.platform_number, o.raw_order, o.shop, o.shop_name, o.customer, o.kind, o.origin, o.delivery_term,
    o.state, o.state_at, o.forked, o.changed, o.placed_at, o.day, o.paid_at, o.ship_by, o.shipped_on, o.completed_on,
    o.flag, o.mark, o.mark_id, o.mark_colour, o.frozen_reason, (o.frozen_reason <> '') as frozen, o.exceptions, o.refund_status, o.revert_reason,
    o.forced_reason, o.cancel_reason,
    (o.exceptions <> 0 or o.refund_status = 'requested') as trouble,
    o.state in ('to_review', 'to_finance_review') as reviewing,
    (o.exceptions <> 0 or o.refund_status = 'requested' or o.frozen_reason <> '')
        and o.state in ('awaiting_payment', 'delayed', 'preorder', 'to_review', 'to_finance_review', 'approved') as halted,
    o.warehouse, o.courier, o.packaging, o.salesperson, o.weight, o.buyer_message, o.remark, o.print_remark,
    o.goods_amount, o.discount, o.postage, o.other, o.receivable, o.platform_paid,
    o.platform_paid + ifnull((select r.amount from received_for r where r.document = o.id), 0) as paid,
    o.receiver as receiver_id, ifnull(r.name, '') as receiver, ifnull(r.phone, '') as phone,
    substr(ifnull(r.phone, ''), -4) as phone_tail, ifnull(r.masked, 0) as masked, ifnull(r.oaid, '') as oaid,
    ifnull(r.province, '') as province, ifnull(r.city, '') as city, ifnull(r.district, '') as district,
    ifnull(r.street, '') as street, ifnull(r.zip, '') as zip,
    trim(rtrim(ifnull(r.city, ''), '市') || ' ' || rtrim(ifnull(r.district, ''), '区')) as area,
    case
        when ifnull(r.oaid, '') <> '' then 'oaid ' || r.oaid
        when ifnull(r.name, '') = '' or ifnull(r.phone, '') = '' then ''
        else lower(replace(r.name, ' ', '')) || ' ' || r.phone
    end as person_key,
    replace(ifnull(r.province || r.city || r.district || r.street, ''), ' ', '') as place_key,
    ifnull((select l.title from sales_order_line l where l.sales_order = o.id and l.deleted = 0
        order by l.place limit 1), '') as goods,
    ifnull((select l.spec from sales_order_line l where l.sales_order = o.id and l.deleted = 0
        order by l.place limit 1), '') as goods_spec,
    ifnull((select l.picture from sales_order_line l where l.sales_order = o.id and l.deleted = 0 and l.picture <> ''
        order by l.place limit 1), '') as picture,
    (select count(*) from sales_order_line l where l.sales_order = o.id and l.deleted = 0) as kinds,
    ifnull((select sum(l.qty) from sales_order_line l where l.sales_order = o.id and l.deleted = 0), 0) as units,
    ifnull((select sum(l.cost) from sales_order_line l where l.sales_order = o.id and l.deleted = 0), 0) as cost,
    -- Two boxes that changed the goods apart each brought lines of their own, and one brought the sum.
    o.state not in ('shipped', 'completed', 'cancelled', 'merged') and o.receivable - o.postage - o.other
        <> ifnull((select sum(l.amount) from sales_order_line l where l.sales_order = o.id and l.deleted = 0), 0) as uneven
from sales_order o left join receiver r on r.id = o.receiver
where o.deleted = 0 and o.made_at > 0;

-- What open orders hold of the stock, line by line; the bucket says how far the order is.
-- kept by sales_order, id
-- touched by sales_order: id
-- touched by sales_order_line: sales_order, id
-- index warehouse, sku, bucket, qty
-- feeds held
create view order_hold as
select
    l.id, l.sales_order, o.warehouse, l.sku, l.qty,
    case o.state
        when 'awaiting_payment' then 'unpaid' when 'preorder' then 'preorder' when 'approved' then 'pending_ship'
        else 'pending_review'
    end as bucket
from sales_order_line l join sales_order o on o.id = l.sales_order
where l.deleted = 0 and o.deleted = 0 and l.sku <> '' and l.qty > 0
  and o.state in ('awaiting_payment', 'preorder', 'delayed', 'to_review', 'to_finance_review', 'approved');

-- Each order once for every day that people ask by. Cancelled and merged orders were not sales.
-- kept by id, basis
-- touched by sales_order: id
-- touched by sales_order_line: sales_order
-- feeds sales_day, customer_bought
create view order_day as
select
    o.id, b.basis,
    case b.basis
        when 'placed' then o.day when 'paid' then o.paid_on when 'shipped' then o.shipped_on else o.completed_on
    end as day,
    o.shop, o.customer, 1 as orders,
    ifnull((select sum(l.qty) from sales_order_line l where l.sales_order = o.id and l.deleted = 0), 0) as units,
    o.goods_amount, o.discount, o.postage, o.receivable as amount,
    ifnull((select sum(l.cost) from sales_order_line l where l.sales_order = o.id and l.deleted = 0), 0) as cost
from sales_order o cross join order_basis b
where o.deleted = 0 and o.made_at > 0 and o.state not in ('draft', 'cancelled', 'merged')
  and case b.basis
        when 'placed' then o.day when 'paid' then o.paid_on when 'shipped' then o.shipped_on else o.completed_on
    end <> '';

-- Open lines that the shelf cannot serve: approved orders come first, and no order blocks itself. Only shelves of which
-- more is wanted than there is are looked at; which those are stands in an index.
create view order_short as
select h.sales_order, h.id, h.warehouse, h.sku, h.qty, h.bucket, l.on_hand, l.pending_ship
from stock_level l cross join order_hold h on h.warehouse = l.warehouse and h.sku = l.sku and h.bucket = 'pending_ship'
where l.on_hand < l.pending_ship + l.pending_review and l.on_hand < l.pending_ship
union all
select h.sales_order, h.id, h.warehouse, h.sku, h.qty, h.bucket, l.on_hand, l.pending_ship
from stock_level l cross join order_hold h on h.warehouse = l.warehouse and h.sku = l.sku and h.bucket = 'pending_review'
    and h.qty > l.on_hand - l.pending_ship
where l.on_hand < l.pending_ship + l.pending_review;

create view problem_order_uneven as
select id, id as document, number from order_list where uneven = 1;

-- Who sold what a shelf cannot serve, and when: the orders that wait for it, and what was sold from it last.
create view oversold_side as
select l.id as problem, o.id as side, s.hlc >> 16 as at, s.place, s.who, 'sales_order' as kind, o.number as what,
    '' as content
from stock_level l cross join order_hold h on h.warehouse = l.warehouse and h.sku = l.sku and h.bucket = 'pending_ship'
cross join sales_order o on o.id = h.sales_order cross join step s on s.id = o.step
union all
select l.id, m.id, m._hlc >> 16, m._place, m.who, 'moved', m.kind, ''
from stock_level l cross join moved m on m.warehouse = l.warehouse and m.sku = l.sku and m.quality = 'good'
    and m.seq = (select max(x.seq) from moved x where x.warehouse = l.warehouse and x.sku = l.sku and x.quality = 'good')
where m.kind = 'sale_out';

-- Two boxes sold the last piece apart from each other (spec/sync.md R46). What one box promised alone, it promised
-- knowingly. The buyer who came last is the one to be asked for something else.
create view problem_oversold as
select l.id, l.name, l.warehouse_name as warehouse, l.warehouse as place, l.sku, l.on_hand, l.pending_ship as promised,
    ifnull((select h.sales_order from order_hold h join sales_order o on o.id = h.sales_order
        where h.warehouse = l.warehouse and h.sku = l.sku and h.bucket = 'pending_ship'
        order by o.state_at desc, o.id desc limit 1), '') as last_order,
    ifnull((select e.warehouse from stock_level e where e.sku = l.sku and e.warehouse <> l.warehouse and e.available > 0
        order by e.available desc, e.id limit 1), '') as elsewhere
from stock_level l
where l.on_hand < l.pending_ship + l.pending_review and l.pending_ship > l.on_hand and +l.promised = 1
    and l.allow_negative = 0
    -- Asked shelf by shelf: as a whole its sides are every sale that ever was.
    and (select count(distinct v.place) from (
        select s.place from order_hold h join sales_order o on o.id = h.sales_order join step s on s.id = o.step
        where h.warehouse = l.warehouse and h.sku = l.sku and h.bucket = 'pending_ship'
        union all
        select m._place from moved m
        where m.warehouse = l.warehouse and m.sku = l.sku and m.quality = 'good' and m.kind = 'sale_out'
            and m.seq = (select max(x.seq) from moved x
                where x.warehouse = l.warehouse and x.sku = l.sku and x.quality = 'good')
    ) v) > 1;
