-- What a build held when somebody asked: its state root, and the position that it was asked about.

set local role ledger_projector;

alter table serving.builds
    add column root          text check (root ~ '^[0-9a-f]{64}$'),
    add column root_position bigint check (root_position >= 0),
    add check ((root is null) = (root_position is null));

reset role;
