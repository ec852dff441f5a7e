-- name: which_server
-- The directory that this server serves, and the directory of its programs. For superusers.
SELECT current_setting('data_directory'), (SELECT setting FROM pg_config WHERE name = 'BINDIR')
