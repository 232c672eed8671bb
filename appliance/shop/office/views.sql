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
-- search title, details, people
create view task_list as
select f.*, (f.state in ('open', 'doing') and not exists (
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

-- Reminders that stand at a moment, each for everybody who does the task.
create view task_reminder as
select t.id, p.employee, t.title, t.due_on, t.due_time, t.priority, t.about, t.about_kind,
    max(t.remind_at, ifnull(r.again_at, 0)) as remind_at
from task t
join task_person p on p.id = t.id
left join reminder r on r.task = t.id and r.employee = p.employee
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
