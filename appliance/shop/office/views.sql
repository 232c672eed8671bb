-- What can be asked about the office.

-- kept by id
-- touched by note: id
-- touched by employee: select id from note where author = :id
-- index pinned, made_at
-- index about, made_at
-- search text
create view note_list as
select n.id, n.text, n.author, n.shared, n.pinned, n.colour, n.about, n.about_kind, n.made_at, n.changed, n.mentions,
    ifnull((select e.name from employee e where e.id = n.author), '') as author_name
from note n
where n.deleted = 0 and n.made_at > 0;

-- kept by id
-- touched by attachment: id
-- touched by employee: select id from attachment where author = :id
-- index about, id
create view attachment_list as
select a.id, a.name, a.file, a.thumb, a.size, a.about, a.about_kind, a.made_at,
    ifnull((select e.name from employee e where e.id = a.author), '') as author_name
from attachment a
where a.deleted = 0 and a.made_at > 0;

-- Whom a note is meant for, and whether they have read it.
-- kept by id, employee
-- touched by note: select :id as id, value as employee from json_each(:mentions)
-- touched by note_heard: note, employee
-- index employee, heard
create view note_mention as
select n.id, item.value as employee, n.made_at,
    exists (select 1 from note_heard h where h.note = n.id and h.employee = item.value) as heard
from note n join json_each(n.mentions) item
where n.deleted = 0 and n.made_at > 0;

-- Who does what.
-- kept by id, employee
-- touched by task: select :id as id, value as employee from json_each(:assignees)
-- index employee, id
create view task_person as
select t.id, item.value as employee
from task t join json_each(t.assignees) item
where t.deleted = 0 and t.made_at > 0;

-- kept by id
-- touched by task: id
-- touched by employee: select id from task_person where employee = :id
-- index state, due, id
-- index due, id
-- index made_at
-- index about, state
-- index nobody where nobody = 1
-- index state, made_at, id
-- search title, details, people
create view task_list as
-- A task without people is everybody's; one whose people have all left is nobody's.
select f.*, (f.state in ('open', 'doing') and f.assignees <> '[]' and not exists (
        select 1 from json_each(f.assignees) item join employee e on e.id = item.value
        where e.deleted = 0 and e.disabled = 0 and e.left_on = '')) as nobody
from (
select t.id, t.title, t.details, t.state, t.state_at, t.priority, t.due_on, t.due_time, t.repeat, t.remind_at,
    t.assignees, t.author, t.about, t.about_kind, t.before, t.made_at, t.changed,
    -- What has no day stands after what has one, and the urgent before the rest of its day.
    case when t.due_on = '' then '9999' else t.due_on end
        || case t.priority when 'high' then '0' when 'usual' then '1' else '2' end
        || case when t.due_time = '' then '99:99' else t.due_time end as due,
    ifnull((select group_concat(e.name, '、') from json_each(t.assignees) item join employee e on e.id = item.value), '')
        as people,
    (select count(*) from json_each(t.checklist)) as checks,
    (select count(*) from json_each(t.checklist) c where json_extract(c.value, '$.done')) as checked
from task t
where t.deleted = 0 and t.made_at > 0
) f;

-- Reminders of what is still to be done, for each who does it and has not acknowledged it.
-- kept by id, employee
-- touched by task: select :id as id, value as employee from json_each(:assignees)
-- touched by reminder: task, employee
-- index employee, remind_at
-- index remind_at
create view task_reminder as
select t.id, item.value as employee, t.title, t.due_on, t.due_time, t.priority, t.about, t.about_kind,
    max(t.remind_at, ifnull(r.again_at, 0)) as remind_at
from task t join json_each(t.assignees) item
left join reminder r on r.task = t.id and r.employee = item.value
where t.remind_at > 0 and t.state in ('open', 'doing') and t.deleted = 0 and ifnull(r.heard, 0) < t.remind_at;

-- kept by id
-- touched by outlet: id
-- touched by courier: select id from outlet where courier = :id
-- index disabled, courier_name, id
-- index courier_name
-- search name, courier_name, area, phone
create view outlet_list as
select o.id, o.courier, o.name, o.phone, o.area, o.cut_off, o.complaints_phone, o.remark, o.disabled, o.made_at,
    ifnull((select c.name from courier c where c.id = o.courier), '') as courier_name
from outlet o
where o.deleted = 0 and o.made_at > 0;

-- kept by id
-- touched by bookmark: id
-- index disabled, name
-- index name
-- search name, url, account
create view bookmark_list as
select b.id, b.name, b.url, b.account, b.remark, b.disabled, b.made_at
from bookmark b
where b.deleted = 0 and b.made_at > 0;

-- A call with everything a list and a card need. Whose it is: who was said, else the one customer with its number.
-- kept by id
-- touched by call: id
-- touched by task: select :about as id where :about_kind = 'call'
-- touched by employee: select id from call where employee = :id
-- touched by customer: select id from call where customer = :id
-- touched by customer: select c.id from customer_phone p join call c on c.normal = p.normal where p.customer = :id and p.normal <> ''
-- touched by customer_root: select id from call where customer = :id
-- touched by customer_root: select c.id from customer_phone p join call c on c.normal = p.normal where p.customer = :id and p.normal <> ''
-- touched by customer_phone: select id from call where normal = :normal and :normal <> ''
-- touched by nuisance: select id from call where normal = :normal and :normal <> ''
-- touched by recording: call
-- index began_at, id
-- index state, began_at
-- index outcome, began_at
-- index customer, began_at
-- index normal, began_at
-- index employee, began_at
-- index sales_order
-- index line, began_at
-- index ended_at
-- index to_return where to_return = 1
-- search customer_name, phone, name, note
-- feeds call_day, call_hour, call_person
create view call_list as
select f.*,
    ifnull((select c.name from customer c where c.id = f.customer), '') as customer_name,
    trim(ifnull((select c.name from customer c where c.id = f.customer), f.name) || ' ' || substr(f.phone, -4)) as label,
    substr(replace(f.note, char(10), ' '), 1, 60) as said, 1 as calls
from (
select c.id, c.line, c.line_name, c.direction, c.state, c.state_at, c.began_at, c.day, substr(c.day, 1, 7) as month,
    c.hour, c.phone, c.normal, c.presentation, c.name, c.doubtful, c.called, c.redirected_from, c.waiting,
    c.answered_at, c.ended_at, c.rings, c.recording_since, c.employee, c.note, c.tags, c.sales_order, c.made_at, c.changed,
    c.talked_ms / 1000 as talked_s,
    case when c.answered_at > 0 then (c.answered_at - c.began_at) / 1000
        when c.ended_at > 0 then (c.ended_at - c.began_at) / 1000 else 0 end as waited_s,
    ifnull((select e.name from employee e where e.id = c.employee), '') as employee_name,
    ifnull((select r.root from customer_root r where r.id = case when c.customer <> '' then c.customer else (
        select case when min(x.root) = max(x.root) then min(x.root) end
        from customer_phone p join customer_root x on x.id = p.customer
        where p.normal = c.normal and c.normal <> '' and p.deleted = 0) end), '') as customer,
    exists (select 1 from nuisance n where n.normal = c.normal and c.normal <> '' and n.deleted = 0) as nuisance,
    exists (select 1 from task t where t.about = c.id and t.state in ('open', 'doing') and t.deleted = 0) as to_return,
    exists (select 1 from recording r where r.call = c.id and r.state = 'kept' and r.deleted = 0) as recorded,
    case
        when c.state in ('ringing', 'talking') then 'going'
        when c.state in ('short_ring', 'rejected')
            or exists (select 1 from nuisance n where n.normal = c.normal and c.normal <> '' and n.deleted = 0)
            then 'of_no_account'
        when c.direction = 'incoming' and c.state in ('answered', 'voicemail') then 'taken'
        when c.direction = 'incoming' then 'missed'
        when c.state = 'answered' then 'reached'
        else 'not_reached'
    end as outcome
from call c
where c.deleted = 0 and c.made_at > 0
) f;

create view phone_line_list as
select l.id, l.name, l.box, l.model, l.can, l.ready, l.lost, l.area_code, l.outside, l.records, l.disabled, l.made_at
from phone_line l
where l.deleted = 0 and l.made_at > 0;

-- What is kept of what was said, for the list; deleted ones say when and why they went.
-- kept by id
-- touched by recording: id
-- touched by call_list: select id from recording where call = :id
-- index state, began_at
-- index began_at
-- feeds recorded_room
create view recording_list as
select r.id, r.call, r.box, r.began_at, r.length_ms, r.whole, r.notice, r.peaks, r.blob, r.squeezed, r.protected,
    r.hold, r.deleted_why, r.state, r.made_at, r.length_ms / 1000 as length_s, r.hold <> '' as held,
    case when r.state = 'kept' then r.size else 0 end as size,
    c.label, c.customer, c.customer_name, c.phone, c.sales_order, c.direction
from recording r join call_list c on c.id = r.call
where r.deleted = 0 and r.made_at > 0;
