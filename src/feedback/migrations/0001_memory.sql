-- SQLite and PostgreSQL run this same text; the one word that only PostgreSQL knows stands in a comment that is taken away for it.
-- Rows are added and, when their time is over, deleted; none is ever changed. Times are milliseconds since 1970 (UTC), days are ISO days.

-- A card that went out, or would have gone out (display = 'silent'), to one caller about one patient.
create table shown (
    client text not null,
    card text not null,
    patient_hash text not null,
    display text not null,
    service text not null,
    hook text not null,
    code text not null,
    variant text,
    ground text not null,
    facts text not null,
    knowledge_version text not null,
    knowledge_sha256 text not null,
    day text not null,
    shown_at bigint not null,
    user_hash text,
    encounter_hash text,
    primary key (client, card, patient_hash, display)
);
create index shown_patient on shown (patient_hash, display, shown_at);
create index shown_time on shown (shown_at);

-- What a client said of a card, whether or not the card is known here. The id is a hash of what it says: the same twice is one row.
create table feedback (
    id text primary key,
    client text not null,
    service text not null,
    card text not null,
    outcome text not null,
    accepted text,
    reason_code text,
    reason_system text,
    comment text,
    day text not null,
    outcome_at bigint not null,
    received_at bigint not null,
    place bigint not null
);
create index feedback_card on feedback (client, card);
create index feedback_time on feedback (received_at);

-- Tokens that were used, as hashes of issuer and id. Losing them in a crash of the database's machine is borne: they live for minutes.
create /*unlogged*/ table token_seen (
    id text primary key,
    expires_at bigint not null
);
create index token_expiry on token_seen (expires_at);

-- One row that is written when it has to be known whether anything can be; its filling asks for room for more than the row itself.
create table probe (
    id text primary key,
    written_at bigint not null,
    filling text not null
);
