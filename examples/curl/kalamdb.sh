#!/usr/bin/env bash
# KalamDB's dialect with curl: SQL, a file up and down, a topic that is told of a table, and that topic as a table.
# Of a broker that nobody administers yet: npx logbrook --memory
set -euo pipefail

url=${LOGBROOK_URL:-http://127.0.0.1:8080}
json='content-type: application/json'

# The first administrator, once. They log in, and show the token from then on.
curl -fsSw '\n' "$url/v1/api/auth/setup" -H "$json" -d '{"user":"me","password":"wonderland","root_password":"looking glass"}'
login=$(curl -fsS "$url/v1/api/auth/login" -H "$json" -d '{"user":"me","password":"wonderland"}')
auth="authorization: Bearer $(sed 's/.*"access_token":"\([^"]*\)".*/\1/' <<<"$login")"

# A form saves the quotes of JSON. More parts may follow the statement.
sql() { curl -fsSw '\n' "$url/v1/api/sql" -H "$auth" --form-string "sql=$1" "${@:2}"; }

echo '# tables and rows'
sql 'CREATE NAMESPACE chat'
sql 'CREATE TABLE chat.messages (id BIGINT PRIMARY KEY DEFAULT SNOWFLAKE_ID(), author TEXT, body TEXT, picture FILE)'
sql "INSERT INTO chat.messages (id, author, body) VALUES (1, 'alice', 'hello')"
sql 'INSERT INTO chat.messages (id, author, body) VALUES ($1, $2, $3)' --form-string 'params=[9223372036854775807, "bob", "it'"'"'s me"]'
sql "SELECT id, body FROM chat.messages WHERE author <> 'eve' ORDER BY id"

echo '# a file, up and down'
printf 'not really a picture' >"${TMPDIR:-/tmp}/picture.$$.png"
trap 'rm -f "${TMPDIR:-/tmp}/picture.$$.png"' EXIT
sql 'UPDATE chat.messages SET picture = FILE("it") WHERE id = 1' -F "file:it=@${TMPDIR:-/tmp}/picture.$$.png;filename=My Picture.png"
cell=$(sql 'SELECT picture FROM chat.messages WHERE id = 1')
id=$(sed 's/.*"id":"\([0-9]*\)".*/\1/' <<<"$cell")
folder=$(sed 's/.*"sub":"\(f[0-9]*\)".*/\1/' <<<"$cell")
curl -fsSw '\n' "$url/v1/files/chat/messages/$folder/$id-my-picture.png" -H "$auth"

echo '# a topic that is told of each message, and who consumes it'
sql 'CREATE TOPIC chat.events; ALTER TOPIC chat.events ADD SOURCE chat.messages ON INSERT'
sql "INSERT INTO chat.messages (id, author, body) VALUES (2, 'alice', 'are you there?')"
curl -fsSw '\n' "$url/v1/api/topics/consume" -H "$auth" -H "$json" -d '{"topic_id":"chat.events","group_id":"bots","start":"Earliest"}'
curl -fsSw '\n' "$url/v1/api/topics/ack" -H "$auth" -H "$json" -d '{"topic_id":"chat.events","group_id":"bots","upto_offset":0}'

echo '# the topic as a table'
sql "SELECT \"offset\", key, json_extract(value, '\$.body') AS body FROM topic('chat.events') WHERE json_extract(value, '\$.author') = 'alice'"
