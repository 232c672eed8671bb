-- What waits to leave: approved orders, with the parcel that is packed for them if there is one.
create view shipping_queue as
select
    o.*, ifnull(p.id, '') as parcel, ifnull(p.number, '') as parcel_number, ifnull(p.waybill, '') as waybill,
    ifnull(c.name, '') as courier_name
from order_list o
left join parcel p on p.id = (
    select max(q.id) from parcel q where q.sales_order = o.id and q.deleted = 0 and q.state = 'packed'
)
left join courier c on c.id = o.courier
where o.state = 'approved';

-- kept by id
-- touched by parcel: id
-- touched by order_list: select id from parcel where sales_order = :id
-- index state, made_at, id
-- index made_at, id
-- index state, state_at, made_at where state = 'shipped'
-- index sales_order
-- index number
-- index waybill
-- index order_number
-- search number, order_number, waybill, receiver, phone
create view parcel_list as
select
    p.id, p.number, p.sales_order, p.courier, p.courier_name, p.waybill, p.weight, p.shipped_on, p.state, p.state_at,
    p.made_at, p.changed, o.number as order_number, o.shop_name, o.receiver, o.phone, o.area, o.goods, o.goods_spec,
    o.picture, o.units, o.receivable, o.flag
from parcel p join order_list o on o.id = p.sales_order
where p.deleted = 0 and p.made_at > 0;

-- Which parcels claim a courier's waybill. Couriers use a number again after a year, so only near ones are rivals.
-- kept by courier, waybill
-- within nothing
-- touched by parcel: courier, waybill
-- index rivals
create view waybill_claim as
select
    courier, waybill, min(id) as one, max(id) as other,
    count(*) > 1 and max(made_at) - min(made_at) < 15552000000 as rivals
from parcel
where waybill <> '' and deleted = 0 and state <> 'void'
group by courier, waybill;

create view problem_waybill_twice as
select w.one as id, w.one as document, w.waybill, a.number, b.number as other
from waybill_claim w join parcel a on a.id = w.one join parcel b on b.id = w.other
where w.rivals = 1;

-- How much of a line has left, in whatever parcels.
-- kept by id
-- touched by parcel_line: sales_order_line
-- touched by parcel: select sales_order_line as id from parcel_line where parcel = :id
-- index over
-- index sales_order
create view line_shipped as
select
    l.id, l.sales_order, l.qty as ordered,
    ifnull((select sum(x.qty) from parcel_line x join parcel p on p.id = x.parcel
        where x.sales_order_line = l.id and x.deleted = 0 and p.state = 'shipped'), 0) as shipped,
    ifnull((select sum(x.qty) from parcel_line x join parcel p on p.id = x.parcel
        where x.sales_order_line = l.id and x.deleted = 0 and p.state = 'shipped'), 0) > l.qty as over
from sales_order_line l
where exists (select 1 from parcel_line x where x.sales_order_line = l.id and x.deleted = 0);

-- Two boxes shipped one order: more left than was ordered, and somebody has to get a parcel back.
create view problem_shipped_twice as
select distinct s.sales_order as id, s.sales_order as document, o.number
from line_shipped s join sales_order o on o.id = s.sales_order
where s.over = 1;
