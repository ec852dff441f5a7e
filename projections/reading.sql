-- name: pinned
known_from <= %(known_at)s and known_to > %(known_at)s and effective_from <= %(in_force_on)s and effective_to > %(in_force_on)s

-- name: known
known_from <= %(known_at)s and known_to > %(known_at)s

-- name: listen
listen projection_positions
