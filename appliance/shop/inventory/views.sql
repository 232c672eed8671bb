-- Every shelf that holds or should hold something, once: stock, what papers ask for, and the limits set for it.
-- A plain union would say the same, but SQLite looks into one only as a whole.
create view shelf as
select warehouse, sku from stock where quality = 'good'
union all
select d.warehouse, d.sku from stock d where d.quality = 'defective' and not exists (
    select 1 from stock g where g.warehouse = d.warehouse and g.sku = d.sku and g.quality = 'good')
union all
select h.warehouse, h.sku from held h
where h.bucket = (select min(f.bucket) from held f where f.warehouse = h.warehouse and f.sku = h.sku)
    and not exists (select 1 from stock s where s.warehouse = h.warehouse and s.sku = h.sku)
union all
select m.warehouse, m.sku from stock_limit m
where m.deleted = 0 and not exists (select 1 from stock s where s.warehouse = m.warehouse and s.sku = m.sku)
    and not exists (select 1 from held h where h.warehouse = m.warehouse and h.sku = m.sku);

-- What the shop counts beyond what is on the shelf and promised: each is 0 or 1, as its switch stands.
create view stock_formula as
select ifnull(max(name = 'stock.less_unpaid'), 0) as less_unpaid,
    ifnull(max(name = 'stock.less_preorder'), 0) as less_preorder,
    ifnull(max(name = 'stock.plus_on_order'), 0) as plus_on_order,
    ifnull(max(name = 'stock.plus_transit'), 0) as plus_transit
from setting where value = '1' and deleted = 0;

-- Stock per warehouse and SKU, with everything that is promised or on its way. Joined rather than asked for one by one:
-- what is looked up in a column is looked up again wherever that column is named. A switch that says what counts as
-- available touches every shelf, on purpose: it is turned once in the life of a shop.
--
-- kept by warehouse, sku
-- touched by stock: warehouse, sku
-- touched by held: warehouse, sku
-- follows held: locked, unpaid, preorder, pending_review, pending_ship, to_transfer_out, to_other_out, to_produce_out, on_order, in_transit_in, return_on_way, available, promised, low
-- touched by stock_limit: warehouse, sku
-- touched by sku_list: select warehouse, sku from stock_level where sku = :id
-- touched by warehouse: select warehouse, sku from stock_level where warehouse = :id
-- touched by setting: select l.warehouse, l.sku from warehouse w cross join stock_level l on l.warehouse = w.id where :name glob 'stock.*'
-- index id
-- index sku
-- index name, id
-- index warehouse, name, id
-- index low, name, id
-- index negative, name, id
-- index promised, name, id
-- index has_defective, name, id
-- index cost_missing, name, id
-- index branch, name, id
-- index available, id
-- index last_moved_at, id
-- index sku where on_hand < pending_ship + pending_review
-- search name, code, barcodes
create view stock_level as
select l.*, l.available < 0 or (l.low_limit > 0 and l.available < l.low_limit) as low
from (
    select t.*,
        t.on_hand - t.locked - t.pending_review - t.pending_ship - t.to_transfer_out - t.to_produce_out
            - f.less_unpaid * t.unpaid - f.less_preorder * t.preorder
            + f.plus_on_order * t.on_order + f.plus_transit * t.in_transit_in as available,
        t.on_hand < 0 or t.defective < 0 as negative,
        t.defective <> 0 as has_defective,
        t.on_hand > 0 and t.value = 0 as cost_missing,
        t.locked + t.pending_review + t.pending_ship + t.to_transfer_out + t.to_produce_out > 0 as promised,
        case when t.on_hand > 0 then round_half_up(t.value * 10000, t.on_hand) else t.last_cost end as cost
    from (
        select k.warehouse || '.' || k.sku as id, k.warehouse, k.sku, ifnull(w.name, '') as warehouse_name,
            ifnull(w.branch, '') as branch, ifnull(s.code, '') as code, ifnull(s.name, '') as name,
            s.barcodes, s.barcode, s.picture, s.unit, s.category, s.disabled, ifnull(s.allow_negative, 0) as allow_negative,
            ifnull(good.qty, 0) as on_hand,
            ifnull(good.value, 0) as value,
            ifnull(bad.qty, 0) as defective,
            ifnull(bad.value, 0) as defective_value,
            ifnull(held_locked.qty, 0) as locked,
            ifnull(held_unpaid.qty, 0) as unpaid,
            ifnull(held_preorder.qty, 0) as preorder,
            ifnull(held_pending_review.qty, 0) as pending_review,
            ifnull(held_pending_ship.qty, 0) as pending_ship,
            ifnull(held_to_transfer_out.qty, 0) as to_transfer_out,
            ifnull(held_to_other_out.qty, 0) as to_other_out,
            ifnull(held_to_produce_out.qty, 0) as to_produce_out,
            ifnull(held_on_order.qty, 0) as on_order,
            ifnull(held_in_transit_in.qty, 0) as in_transit_in,
            ifnull(held_return_on_way.qty, 0) as return_on_way,
            ifnull(least.low, 0) as low_limit,
            ifnull(last.last_cost, 0) as last_cost,
            ifnull(last.at, 0) as last_moved_at
        from shelf k
        left join warehouse w on w.id = k.warehouse
        left join sku_list s on s.id = k.sku
        left join stock good on (good.warehouse, good.sku, good.quality) = (k.warehouse, k.sku, 'good')
        left join stock bad on (bad.warehouse, bad.sku, bad.quality) = (k.warehouse, k.sku, 'defective')
        left join held held_locked on (held_locked.warehouse, held_locked.sku, held_locked.bucket)
            = (k.warehouse, k.sku, 'locked')
        left join held held_unpaid on (held_unpaid.warehouse, held_unpaid.sku, held_unpaid.bucket)
            = (k.warehouse, k.sku, 'unpaid')
        left join held held_preorder on (held_preorder.warehouse, held_preorder.sku, held_preorder.bucket)
            = (k.warehouse, k.sku, 'preorder')
        left join held held_pending_review on (held_pending_review.warehouse, held_pending_review.sku, held_pending_review.bucket)
            = (k.warehouse, k.sku, 'pending_review')
        left join held held_pending_ship on (held_pending_ship.warehouse, held_pending_ship.sku, held_pending_ship.bucket)
            = (k.warehouse, k.sku, 'pending_ship')
        left join held held_to_transfer_out on (held_to_transfer_out.warehouse, held_to_transfer_out.sku, held_to_transfer_out.bucket)
            = (k.warehouse, k.sku, 'to_transfer_out')
        left join held held_to_other_out on (held_to_other_out.warehouse, held_to_other_out.sku, held_to_other_out.bucket)
            = (k.warehouse, k.sku, 'to_other_out')
        left join held held_to_produce_out on (held_to_produce_out.warehouse, held_to_produce_out.sku, held_to_produce_out.bucket)
            = (k.warehouse, k.sku, 'to_produce_out')
        left join held held_on_order on (held_on_order.warehouse, held_on_order.sku, held_on_order.bucket)
            = (k.warehouse, k.sku, 'on_order')
        left join held held_in_transit_in on (held_in_transit_in.warehouse, held_in_transit_in.sku, held_in_transit_in.bucket)
            = (k.warehouse, k.sku, 'in_transit_in')
        left join held held_return_on_way on (held_return_on_way.warehouse, held_return_on_way.sku, held_return_on_way.bucket)
            = (k.warehouse, k.sku, 'return_on_way')
        left join stock_limit least on (least.warehouse, least.sku, least.deleted) = (k.warehouse, k.sku, 0)
        left join moved last on last.id = (select m.id from moved m
            where m.warehouse = k.warehouse and m.sku = k.sku and m.quality = 'good' order by m.seq desc limit 1)
    ) t cross join stock_formula f
) l;

-- The ledger as it is read: what moved, why, and where it stood before and after.
create view stock_card as
select m.id, m.warehouse || '.' || m.sku as shelf, m.warehouse, w.name as warehouse_name, m.sku, s.code, s.name, s.picture, m.quality, m.seq, m.kind,
    m.document, m.line, ifnull(p.number, '') as number, ifnull(p.id, '') as paper, m.qty, m.qty_after - m.qty as qty_before, m.qty_after,
    m.value, m.value_after - m.value as value_before, m.value_after, m.unit_cost, m.day, m.reason, m.at, m.who,
    m.provisional, m.cost_missing
from moved m
left join warehouse w on w.id = m.warehouse
left join sku_list s on s.id = m.sku
left join stock_paper p on p.id = m.document;

-- The warehouse's own papers. Not kept: its own table has the orders that pages ask for.
create view stock_paper_list as
select p.id, p.number, p.kind, p.warehouse, w.name as warehouse_name, p.reason, p.note, p.day, p.reverses,
    p.made_at, p.changed,
    ifnull((select r.id from stock_paper r where r.reverses = p.id and r.deleted = 0 limit 1), '') as reversed_by,
    (select count(*) from moved m where m.document = p.id and m.kind <> 'cost_correction') as lines,
    ifnull((select sum(m.qty) from moved m where m.document = p.id), 0) as qty,
    ifnull((select sum(m.value) from moved m where m.document = p.id), 0) as value
from stock_paper p left join warehouse w on w.id = p.warehouse
where p.deleted = 0 and p.made_at > 0;

-- Where each ledger's last line says it stands, and where the sum of all its lines says so.
--
-- kept by warehouse, sku, quality
-- touched by moved: warehouse, sku, quality
-- index wrong
create view ledger_end as
select k.warehouse, k.sku, k.quality, k.qty, k.value, k.qty <> ifnull(m.qty_after, 0) or k.value <> ifnull(m.value_after, 0)
    or (k.qty = 0 and k.value <> 0) as wrong
from stock k left join moved m on m.id = (select id from moved l
    where l.warehouse = k.warehouse and l.sku = k.sku and l.quality = k.quality order by l.seq desc, l._hlc desc limit 1);

create view problem_ledger_disagrees as
select e.warehouse || '.' || e.sku as id, l.name, l.warehouse_name as warehouse
from ledger_end e join stock_level l on l.warehouse = e.warehouse and l.sku = e.sku
where e.wrong = 1;

create view problem_negative_stock as
select id, name, warehouse_name as warehouse from stock_level where negative = 1 and allow_negative = 0;

-- The nightly check: every ledger added up from zero, line by line. It reads all of history and is for no page.
create view ledger_fault as
select t.id, t.warehouse, t.sku, t.quality, t.seq,
    case when t.qty_after <> t.qty_sum or t.value_after <> t.value_sum then 'after' else 'order' end as fault
from (
    select m.id, m.warehouse, m.sku, m.quality, m.seq, m.qty_after, m.value_after,
        sum(m.qty) over ledger as qty_sum, sum(m.value) over ledger as value_sum,
        row_number() over (partition by m.warehouse order by m.seq, m._hlc, m.id) as place
    from moved m
    window ledger as (partition by m.warehouse, m.sku, m.quality order by m.seq, m._hlc, m.id)
) t
where t.qty_after <> t.qty_sum or t.value_after <> t.value_sum or t.seq <> t.place;

-- The sums that pages read, against the lines that make them.
create view stock_fault as
select s.warehouse, s.sku, s.quality, 0 as seq, 'sum' as fault
from stock s left join (
    select warehouse, sku, quality, sum(qty) as qty, sum(value) as value from moved group by warehouse, sku, quality
) m on m.warehouse = s.warehouse and m.sku = s.sku and m.quality = s.quality
where s.qty <> ifnull(m.qty, 0) or s.value <> ifnull(m.value, 0) or (s.qty = 0 and s.value <> 0);

-- A line of a transfer, and how far its goods are.
--
-- kept by id
-- touched by transfer_line: id
-- touched by carriage: line
-- touched by in_transit: line
-- touched by sku_list: select id from transfer_line where sku = :id
-- index transfer, place
-- index counted_twice
create view transfer_line_list as
select t.*, t.on_way < 0 as counted_twice
from (
    select l.id, l.transfer, l.place, l.sku, ifnull(s.code, '') as code, ifnull(s.name, '') as name, s.picture, s.unit,
        l.asked, l.granted,
        ifnull((select qty from carriage c where c.line = l.id and c.kind = 'sent'), 0) as sent,
        -ifnull((select qty from carriage c where c.line = l.id and c.kind = 'came'), 0) as came,
        -ifnull((select qty from carriage c where c.line = l.id and c.kind = 'came_home'), 0) as came_home,
        -ifnull((select qty from carriage c where c.line = l.id and c.kind = 'written_off'), 0) as written_off,
        ifnull((select qty from in_transit w where w.line = l.id), 0) as on_way,
        ifnull((select value from in_transit w where w.line = l.id), 0) as on_way_value
    from transfer_line l left join sku_list s on s.id = l.sku
    where l.deleted = 0
) t;

-- Transfers with their stage: what people decided, and once goods have left, how far these are.
--
-- kept by id
-- touched by transfer: id
-- touched by transfer_line_list: transfer
-- touched by difference: transfer
-- touched by warehouse: select id from transfer where source = :id union select id from transfer where target = :id
-- index number
-- index made_at, id
-- index stage, made_at, id
-- index open, made_at, id
-- index source, made_at, id
-- index target, made_at, id
-- search number, source_name, target_name
create view transfer_list as
select t.*, t.stage not in ('done', 'cancelled') as open
from (
    select d.*,
        case
            when d.state = 'to_review' then 'asked_for' when d.state = 'approved' then 'granted'
            when d.state <> 'sent' then d.state
            when d.on_way = 0 and d.differences = 0 and (d.ended = 1 or d.sent >= d.granted) then 'done'
            when d.came > 0 then 'part_in'
            when d.ended = 0 and d.sent < d.granted then 'part_out'
            else 'in_transit'
        end as stage
    from (
        select x.id, x.number, x.source, ifnull(a.name, '') as source_name, ifnull(a.branch, '') as source_branch,
            x.target, ifnull(b.name, '') as target_name, ifnull(b.branch, '') as target_branch, x.branch, x.note, x.day,
            x.cancel_reason, x.ended, x.state, x.state_at, x.forked, x.made_at, x.changed,
            (select count(*) from transfer_line_list l where l.transfer = x.id) as kinds,
            ifnull((select l.name from transfer_line_list l where l.transfer = x.id order by l.place limit 1), '') as goods,
            ifnull((select l.code from transfer_line_list l where l.transfer = x.id order by l.place limit 1), '') as code,
            ifnull((select l.picture from transfer_line_list l where l.transfer = x.id order by l.place limit 1), '') as picture,
            ifnull((select sum(l.asked) from transfer_line_list l where l.transfer = x.id), 0) as asked,
            ifnull((select sum(l.granted) from transfer_line_list l where l.transfer = x.id), 0) as granted,
            ifnull((select sum(l.sent) from transfer_line_list l where l.transfer = x.id), 0) as sent,
            ifnull((select sum(l.came) from transfer_line_list l where l.transfer = x.id), 0) as came,
            -- Added up without a sign: a line that was counted twice must not hide another that is still on its way.
            ifnull((select sum(abs(l.on_way)) from transfer_line_list l where l.transfer = x.id), 0) as on_way,
            ifnull((select sum(l.on_way_value) from transfer_line_list l where l.transfer = x.id), 0) as on_way_value,
            (select count(*) from difference f where f.transfer = x.id and f.state = 'open' and f.deleted = 0) as differences
        from transfer x left join warehouse a on a.id = x.source left join warehouse b on b.id = x.target
        where x.deleted = 0 and x.made_at > 0
    ) d
) t;

create view transfer_side as select 'out' as side union all select 'in';

-- What is granted is kept back on the one shelf, and what is on its way will come to the other.
--
-- kept by id, side
-- touched by transfer_line_list: select :id as id, side from transfer_side
-- touched by transfer_list: select l.id, s.side from transfer_line_list l cross join transfer_side s where l.transfer = :id
-- feeds held
create view transfer_hold as
select h.* from (
    select l.id, s.side, l.sku, case s.side when 'out' then t.source else t.target end as warehouse,
        case s.side when 'out' then 'to_transfer_out' else 'in_transit_in' end as bucket,
        case s.side
            when 'in' then l.on_way
            else case when t.state = 'approved' or (t.state = 'sent' and t.ended = 0) then max(l.granted - l.sent, 0) else 0 end
        end as qty
    from transfer_line_list l join transfer_list t on t.id = l.transfer cross join transfer_side s
) h
where h.qty <> 0;

-- What the sender is asked to accept.
create view difference_list as
select f.id, f.transfer, f.line, f.qty, f.reason, f.note, f.day, f.state, f.state_at, f.made_at, l.name, l.code, l.picture
from difference f join transfer_line_list l on l.id = f.line
where f.deleted = 0 and f.made_at > 0;

-- The sender gave goods up, or took them back, while the receiver took them in.
create view problem_transfer_counted_twice as
select l.id, l.transfer as document, t.number, l.name, t.source_name as source, t.target_name as target
from transfer_line_list l join transfer_list t on t.id = l.transfer
where l.counted_twice = 1;

-- Rights of other boxes are as good as gone from the shelf.
--
-- kept by id
-- touched by pool: id
-- touched by allowance: subject
-- feeds held
create view pool_hold as
select p.id, p.warehouse, p.sku, 'locked' as bucket,
    (select sum(a.amount) from allowance a where a.purse = 'pool' and a.subject = p.id and a.holder not in ('used', 'owed')) as qty
from pool p
where p.deleted = 0 and exists (
    select 1 from allowance a where a.purse = 'pool' and a.subject = p.id and a.holder not in ('used', 'owed') and a.amount <> 0);

-- How a pool stands: what lies on the shelf, what boxes may promise of it, what was promised and has not left. `room` is
-- what may leave the shelf beyond that, `free` what may be given out or promised anew, as its keeper knows it.
create view pool_stand as
select t.*, t.on_hand - t.given - t.used as room,
    t.on_hand - t.given - t.kept_back - max(t.used, t.pending_ship) as free
from (
    select p.id, p.warehouse, p.sku, p.keeper, p.code, p.closed,
        ifnull((select s.qty from stock s where s.warehouse = p.warehouse and s.sku = p.sku and s.quality = 'good'), 0)
            as on_hand,
        ifnull((select sum(a.amount) from allowance a
            where a.purse = 'pool' and a.subject = p.id and a.holder not in ('used', 'owed')), 0) as given,
        ifnull((select a.amount from allowance a where a.purse = 'pool' and a.subject = p.id and a.holder = 'used'), 0)
            as used,
        ifnull((select h.qty from held h where h.warehouse = p.warehouse and h.sku = p.sku and h.bucket = 'pending_ship'), 0)
            as pending_ship,
        ifnull((select sum(h.qty) from held h where h.warehouse = p.warehouse and h.sku = p.sku
            and h.bucket in ('to_transfer_out', 'to_produce_out')), 0) as kept_back
    from pool p where p.deleted = 0 and p.made_at > 0
) t;

-- Pools as people look for them.
--
-- kept by id
-- touched by pool: id
-- touched by allowance: subject
-- touched by sku_list: select p.id from warehouse w cross join pool p on p.warehouse = w.id where p.sku = :id
-- touched by warehouse: select id from pool where warehouse = :id
-- index closed, name, id
-- index warehouse, name, id
-- search name, code, barcodes
create view pool_list as
select p.id, p.warehouse, ifnull(w.name, '') as warehouse_name, ifnull(w.branch, '') as branch, p.sku,
    ifnull(s.code, '') as code, ifnull(s.name, '') as name, s.barcodes, s.picture, s.unit, p.keeper, p.code as box,
    p.closed, ifnull((select sum(a.amount) from allowance a
        where a.purse = 'pool' and a.subject = p.id and a.holder not in ('used', 'owed')), 0) as given,
    ifnull((select a.amount from allowance a where a.purse = 'pool' and a.subject = p.id and a.holder = 'used'), 0) as used
from pool p left join warehouse w on w.id = p.warehouse left join sku_list s on s.id = p.sku
where p.deleted = 0 and p.made_at > 0;
