-- A chain's log as a hub keeps it. It is never trimmed. What travels and what is signed does not depend on it.

create table if not exists hub (
    one boolean primary key default true check (one),
    chain bytea not null,
    shape integer not null,
    edition bigint not null default 0,      -- moves with each change of what the tables below `piece` say
    rested bigint not null default 0        -- up to this arrival small pieces were joined
);

-- One author's log in one partition, and how far it reaches. `head` is what a writer must have seen to go on from it.
create table if not exists place (
    n bigint generated always as identity primary key,
    author bytea not null,
    partition text collate "C" not null,
    seq bigint not null default 0,
    head bytea not null default decode(repeat('00', 32), 'hex'),
    moved bigint not null default 0,        -- grows with each move, so that who looked before reads the rest only
    unique (partition, author)
) with (fillfactor = 40);

-- Taken only while a place is held, and by nobody in advance: so whoever builds on a piece comes behind it.
create sequence if not exists arrival;

-- What came from boxes, as it came: stretches of a log up to a seal. In sixteen parts, so that a part can be written
-- anew when somebody was erased from it.
create table if not exists piece (
    place bigint not null,
    first bigint not null,
    last bigint not null,
    arrived bigint not null,
    head bytea not null,
    segment bytea not null,
    primary key (place, last)
) partition by hash (place);

do $$
begin
    for part in 0..15 loop
        if to_regclass('piece_' || part) is null then
            execute format('create table piece_%s partition of piece for values with (modulus 16, remainder %s)', part, part);
            -- It is packed already.
            execute format('alter table piece_%s alter column segment set storage external', part);
            execute format('create index on piece_%s (arrived)', part);
        end if;
    end loop;
end $$;

-- Which entries speak of a person, so that they are found when the person is to be forgotten.
create table if not exists personal (
    record bytea not null,
    place bigint not null,
    seq bigint not null,
    primary key (record, place, seq)
);

-- Where a log begins here that was trimmed everywhere before there was a hub, and the states that stand for what came
-- before; one that does not count yet waits for the others of its snapshot.
create table if not exists base (place bigint primary key, seq bigint not null, head bytea not null);
create table if not exists state (
    hash bytea primary key,
    partition text collate "C" not null,
    kind text not null,
    first bytea not null,
    last bytea not null,                    -- between these lie the ids it speaks of
    counts boolean not null default false,
    packed bytea not null
);
create table if not exists said (author bytea primary key, hlc bigint not null);
alter table hub add column if not exists restamps text not null default '';     -- which of them counted in those states

-- Who belongs to the chain, and what its log says of itself.
create table if not exists certificate (box bytea primary key, number bigint not null, raw bytea not null);
create table if not exists cut_off (box bytea primary key, number bigint not null, told bytea not null);
create table if not exists forked (place bigint primary key, seq bigint not null, head bytea not null, proof bytea not null);
create table if not exists restamped (
    author bytea, first bigint, last bigint, minus bigint, place bigint, seq bigint,
    primary key (author, first, last, minus, place, seq)
);
create table if not exists retired (
    author bytea, partition text collate "C", seq bigint, head bytea, place bigint, source bigint,
    primary key (author, partition, seq, place, source)
);
create table if not exists erased (record bytea primary key);

-- Parts of `piece` whose files still hold what was erased.
create table if not exists soiled (part text primary key);

-- Pictures of goods, by the SHA-256 of their bytes.
do $$
begin
    if to_regclass('picture') is null then
        create table picture (name bytea primary key, content bytea not null);
        alter table picture alter column content set storage external;
    end if;
end $$;

-- When each box was last answered, for whoever looks after the hub.
create table if not exists seen (box bytea primary key, met_ms bigint not null, version text not null, trouble text not null);
