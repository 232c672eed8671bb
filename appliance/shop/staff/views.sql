-- kept by id
-- touched by employee: id
-- touched by role: select id from employee where role = :id
-- index no, id
-- index name, id
-- index standing, no
-- search no, name, phone
create view employee_list as
select e.id, e.no, e.name, e.phone, e.role, e.jobs, e.joined, e.left_on, e.disabled,
    coalesce((select name from role where id = e.role), '') as role_name,
    case when e.left_on <> '' then 'has_left' when e.disabled then 'disabled' else 'works_here' end as standing
from employee e where e.deleted = 0;

-- kept by id
-- touched by role: id
-- touched by employee: role
-- index name, id
create view role_list as
select r.id, r.name, r.disabled,
    (select count(*) from employee e where e.role = r.id and e.deleted = 0 and e.disabled = 0 and e.left_on = '')
        as people
from role r where r.deleted = 0;

-- kept by id
-- touched by device: id
-- index name, id
create view device_list as
select id, name, kind, enrolled_at, disabled,
    case when disabled then 'shut_out' else 'let_in' end as standing
from device where deleted = 0;
