/**
 * Every limit of Logbrook has its name here, its unit last in the name, and a test on both of its sides.
 * What a user may change is in the server's configuration, which takes its defaults from here.
 */

const KIB = 1024
const MIB = 1024 * KIB

// Names and numbers of things

/** Kafka: `Topic.MAX_NAME_LENGTH`. */
export const TOPIC_NAME_LENGTH_MAX = 249
/** A partition's slot is the high bits of a row id, and row ids must be safe integers: 2^53 / 2^40, slot 0 unused. */
export const PARTITIONS_MAX = 8_191
/** Offsets that a partition can hold: the low bits of a row id. */
export const OFFSETS_PER_PARTITION_MAX = 2 ** 40
/** Kafka's offsets are signed 64-bit: the largest that a request may name, though none so large is ever kept. */
export const OFFSET_NAMEABLE_MAX = 2n ** 63n - 1n
/** Kafka's partition numbers are signed 32-bit. */
export const PARTITION_NAMEABLE_MAX = 2 ** 31 - 1
export const USER_NAME_LENGTH_MAX = 255
export const PASSWORD_BYTES_MAX = 1 * KIB
export const ACL_BINDINGS_MAX = 100_000
/** Kafka has none but its protocol's 32,767. */
export const GROUP_ID_LENGTH_MAX = 255
/** Of a host in a binding: the longest name DNS has. */
export const HOST_LENGTH_MAX = 255
/** Bounds on `kafka-client-id` in logs; longer ones are cut. */
export const CLIENT_ID_LENGTH_MAX = 128

// Records

/** Default of a topic's `max.message.bytes`, counted per record: key + value + headers. */
export const RECORD_BYTES_MAX_DEFAULT = 8 * MIB
/** What `max.message.bytes` itself may be set to: the largest request. */
export const RECORD_BYTES_MAX = 64 * MIB
/** Body bytes of one stored row. A 64 MB row costs 90 ms per point read; a larger single record keeps one row. */
export const BATCH_BODY_BYTES_MAX = 256 * KIB
/** Records of one stored row, so that reading one of a million tiny records stays cheap. */
export const BATCH_RECORDS_MAX = 4_096
export const RECORD_HEADERS_MAX = 1_000
/** Records of one compressed batch, inflated: room for the largest record and its framing. */
export const BATCH_INFLATED_BYTES_MAX = 65 * MIB

// Requests

/** Of any request body, after decompression. */
export const REQUEST_BODY_BYTES_MAX = 64 * MIB
/** Of a body that only describes (fetch requests, administration), where 64 MiB of JSON would be an attack. */
export const DESCRIPTION_BODY_BYTES_MAX = 4 * MIB
/** How much of a body's announced size is set aside at once; beyond, memory follows what has arrived and not what was announced. */
export const BODY_PRESIZED_BYTES_MAX = 4 * MIB
/** What a compressed body may be longer than what it holds: incompressible bytes grow by a few in every block. */
export const COMPRESSION_OVERHEAD_BYTES_MAX = 1 * MIB
/** Bytes that are inflated at once on the event loop (about 2 ms); more goes through the thread pool. */
export const INFLATE_AT_ONCE_BYTES_MAX = 1 * MIB
/** Frames of one zstd body: 20,000 empty ones cost half a second. */
export const ZSTD_FRAMES_MAX = 1_000
/** log2 of the window a zstd frame may ask for (8 MiB, RFC 8878's recommendation); the library's default admits 128 MB. */
export const ZSTD_WINDOW_LOG_MAX = 23
/** Depth of arrays and objects in a JSON body. */
export const JSON_DEPTH_MAX = 512
/** After an early refusal the rest of the body is read and dropped up to these, so that the sender sees the answer. */
export const DISCARD_BYTES_MAX = 256 * MIB
export const DISCARD_MS_MAX = 4_000
/** Request line and headers together (node:http `maxHeaderSize`). */
export const HEADER_BYTES_MAX = 16 * KIB
export const HEADERS_TIMEOUT_MS = 10_000
/** For receiving one whole request. */
export const REQUEST_TIMEOUT_MS = 120_000
export const CONNECTIONS_CHECKING_INTERVAL_MS = 1_000
/** Outlives the connection pools of log senders; Node's own 5 s is exactly the Datadog Agent's batch wait. */
export const KEEP_ALIVE_TIMEOUT_MS = 125_000
export const CONNECTIONS_MAX = 10_000

// Fetch

/** What `max_bytes: 0` stands for: the broker's own budget for one fetch. */
export const FETCH_BYTES_DEFAULT = 50 * MIB
/** Whatever a fetch asks for, no answer holds more bytes of records than this. */
export const FETCH_BYTES_MAX = 64 * MIB
export const FETCH_RECORDS_MAX = 1_000_000
/** Entries (partitions) of one fetch. */
export const FETCH_ENTRIES_MAX = 10_000
export const LONG_POLL_MS_MAX = 30_000
export const LONG_POLLS_MAX = 10_000
export const TAILS_MAX = 1_000
/** Partitions of one tail, whose positions must fit among the headers of the request that resumes it. */
export const TAIL_PARTITIONS_MAX = 800
/** Bytes of one partition's records that a tail reads at a time. */
export const TAIL_ROUND_BYTES = 256 * KIB
/** A silent tail is given a sign of life this often, so that proxies keep the connection. */
export const TAIL_IDLE_MS = 15_000

// Consumer groups

/** Committed offsets: of so many partitions in so many groups, multiplied. */
export const GROUP_OFFSETS_MAX = 100_000
/** Records of one consume; fewer than 1 are 1 (KalamDB: `limit`). */
export const CONSUME_RECORDS_MAX = 1_000
export const CONSUME_RECORDS_DEFAULT = 100
/** Below the 25 s of a client's own patience, and above what makes polling cheap. */
export const CONSUME_WAIT_MS_MAX = 20_000
/** For so long what a consumer was handed is kept from the others of its group (KalamDB: visibility timeout). */
export const CLAIM_MS = 60_000
/** Claims of one group on one partition that neither were acknowledged nor have ended; then nothing is handed out. */
export const CLAIMS_MAX = 32
/** Groups' places in partitions that are held in memory beside what is committed; the one least asked for makes room. */
export const GROUP_CURSORS_MAX = 10_000

// Produce

/** Body bytes after which the intake moves to the topic's next partition. */
export const PARTITION_ROTATION_BYTES = 1 * MIB

// Who is calling, and may they

/** Kafka's default and least; what a login costs: about 3 ms of a core. */
export const SCRAM_ITERATIONS = 4_096
export const SCRAM_SALT_BYTES = 32
/** Password checks that run at once: half of the thread pool, which files and compression share. */
export const PASSWORD_CHECKS_AT_ONCE_MAX = 2
/** Good credentials remembered, so that only the first request of each pays for a check. */
export const CREDENTIALS_REMEMBERED_MAX = 10_000
/** Failures of one user from one address within the window, after which the rest of it is refused unchecked. */
export const AUTHENTICATION_FAILURES_MAX = 10
export const AUTHENTICATION_FAILURE_WINDOW_MS = 60_000
/** Pairs of user and address whose failures are counted; the oldest window is given up for a new one. */
export const AUTHENTICATION_FAILURES_TRACKED_MAX = 10_000
/** Of the key that signs sessions: as long as the hash that it is used with. */
export const SESSION_SECRET_BYTES = 32
export const ACCESS_TOKEN_MS = 24 * 60 * 60 * 1_000
export const REFRESH_TOKEN_MS = 7 * ACCESS_TOKEN_MS
/** What clocks may differ by: a token is taken for so long after its end and before its beginning. */
export const TOKEN_LEEWAY_MS = 60_000
/** Verified tokens remembered, so that only the first request of each pays for its signature. */
export const TOKENS_REMEMBERED_MAX = 10_000
/** Failed logins of one user, wherever they come from, after which nobody logs in as them for `LOGIN_LOCK_MS`. */
export const LOGIN_FAILURES_MAX = 5
export const LOGIN_LOCK_MS = 15 * 60_000
/** Users whose failed logins are counted; the one that failed least recently is given up for a new one. */
export const LOGIN_FAILURES_TRACKED_MAX = 10_000
/** Logins, refreshes and setups from one address within a second. */
export const AUTH_REQUESTS_PER_SECOND_MAX = 20
/** Addresses whose requests are counted; the oldest second is given up for a new one. */
export const AUTH_ADDRESSES_TRACKED_MAX = 10_000
/** Characters that a login or the setup may name (KalamDB), beside what the users themselves are limited to. */
export const LOGIN_USER_LENGTH_MAX = 128
export const LOGIN_PASSWORD_LENGTH_MAX = 256
/** Bytes of a password that the setup takes (KalamDB). */
export const SETUP_PASSWORD_BYTES_MIN = 8
export const SETUP_PASSWORD_BYTES_MAX = 72
/** Of a body of the KalamDB dialect that is JSON. */
export const KALAMDB_JSON_BYTES_MAX = 2 * MIB
/** Decisions that one authorizer remembers; a change of bindings forgets them all. */
export const DECISIONS_REMEMBERED_MAX = 10_000

// SQL

/** Of the names of namespaces, tables and columns (KalamDB). */
export const SQL_NAME_LENGTH_MAX = 64
/** Of all statements of one request (KalamDB). */
export const SQL_TEXT_BYTES_MAX = 1 * MIB
/** Digits of a DECIMAL. */
export const SQL_DECIMAL_PRECISION_MAX = 38
/** Numbers of an EMBEDDING. */
export const SQL_EMBEDDING_DIMENSIONS_MAX = 8_192
/** Of a request of SQL that is JSON, and of one part of a form that is no file. */
export const SQL_BODY_BYTES_MAX = 10 * MIB
/** Requests of SQL of one user within a second. */
export const SQL_REQUESTS_PER_SECOND_MAX = 100
/** For so long a request may run; then the process that runs it is ended. */
export const SQL_STATEMENT_MS_MAX = 30_000
/** Of memory that an engine, the process that runs SQL, takes for itself; then it is ended. */
export const SQL_ENGINE_BYTES_MAX = 512 * MIB
/** Engines that only read; one more writes. */
export const SQL_READERS_MAX = 2
/** Requests of SQL that wait for an engine. */
export const SQL_REQUESTS_WAITING_MAX = 1_000
/** For so long an engine may take to open its database, or to end when it is told to. */
export const SQL_ENGINE_TURN_MS_MAX = 10_000

/** Of one value, and of one row: the largest record, and what is kept beside it. */
export const SQL_VALUE_BYTES_MAX = 128 * MIB
/** Of the statement that a compiled query is: SQLite's own, in which all values are parameters. */
export const SQL_GENERATED_BYTES_MAX = 8 * MIB
/** Of an expression as SQLite has it, for which a row of conditions joined by AND is as deep as it is long. */
export const SQL_EXPRESSION_DEPTH_MAX = 1_000
/** Nodes within nodes of PostgreSQL's tree: about two for each expression within another. */
export const SQL_TREE_DEPTH_MAX = 400
/** Rows of a query that asks for no number (KalamDB), and of any other (KalamDB). */
export const SQL_ROWS_DEFAULT = 50
export const SQL_ROWS_MAX = 1_000
/** UNION, INTERSECT and EXCEPT in one query. */
export const SQL_COMPOUND_SELECTS_MAX = 100
/** Of LIKE: a match takes time that grows fast with it. */
export const SQL_PATTERN_BYTES_MAX = 1 * KIB
/** Of pages of `sql.db` that an engine keeps in memory. */
export const SQL_CACHE_BYTES = 32 * MIB
/** Of the write-ahead log of `sql.db`: when it is larger, queries wait for a moment, so that it can begin anew. */
export const SQL_WAL_BYTES_MAX = 64 * MIB
/** Records of changes that wait in the broker's memory to be brought into the log; more stay in `sql.db` until it is their turn. */
export const RELAY_RECORDS_MAX = 10_000
/** What could not be brought into the log is tried again after so long. */
export const RELAY_RETRY_MS = 1_000
/** For so long those that are in the log stay in `sql.db` at least, to be deleted many at a time. */
export const RELAY_TIDY_MS = 1_000
/** Of the records of a topic that one query reads, as JSON, where there is no file to read them from: of a broker in memory. */
export const SQL_TOPIC_BYTES_MAX = 16 * MIB
/** Of the rows of one answer, before they are JSON. */
export const SQL_ANSWER_BYTES_MAX = 32 * MIB
/** Of one request (KalamDB, as the next). */
export const SQL_PARAMETERS_MAX = 50
export const SQL_PARAMETER_BYTES_MAX = 512 * KIB
/** Rows of a stream, or deleted ones of a table, that are too old to be kept: so many one statement takes away, or as many as it changes. */
export const SQL_SWEEP_ROWS_MAX = 1_000

// Live queries

/** A WebSocket that has not said who it is after so long is closed (KalamDB, as the numbers below). */
export const WEBSOCKET_AUTHENTICATION_MS_MAX = 3_000
export const WEBSOCKET_HEARTBEAT_MS = 5_000
/** A client of which nothing was heard for longer is gone. */
export const WEBSOCKET_SILENCE_MS_MAX = 10_000
export const WEBSOCKET_MESSAGES_PER_SECOND_MAX = 50
/** Of one message; of one that is twice as long not even an error is told. */
export const WEBSOCKET_MESSAGE_BYTES_MAX = 1 * MIB
/** What waits to be taken by one reader; then it is told that it is too slow. A single frame may be larger. */
export const WEBSOCKET_QUEUE_BYTES_MAX = 4 * MIB
/** What waits for all readers together; then the one that holds up most is ended. What several wait for counts once. */
export const WEBSOCKET_QUEUES_BYTES_MAX = 64 * MIB
/** What a waiting frame takes beside its bytes. */
export const WEBSOCKET_FRAME_OVERHEAD_BYTES = 256
/** What a connection is handed of that before it has passed on what it was handed before. */
export const WEBSOCKET_HANDED_BYTES_MAX = 64 * KIB
/** Between being told to close a connection and being cut off. */
export const WEBSOCKET_CLOSE_MS_MAX = 4_000
/** Of one user, on all connections. */
export const LIVE_SUBSCRIPTIONS_PER_USER_MAX = 10
export const LIVE_SUBSCRIPTIONS_PER_CONNECTION_MAX = 100
export const LIVE_BATCH_ROWS_DEFAULT = 1_000
export const LIVE_BATCH_ROWS_MAX = 10_000
/** Of the rows of one batch; a single row may be larger. */
export const LIVE_BATCH_BYTES_MAX = 1 * MIB
/** Changes that wait for a subscriber to fetch what there was before. */
export const LIVE_BUFFER_BYTES_MAX = 1 * MIB
/** Told of one transaction; whoever would be told of more has to subscribe again. */
export const LIVE_CHANGES_PER_TRANSACTION_MAX = 10_000
/** Of them in one frame. */
export const LIVE_CHANGES_PER_FRAME_MAX = 1_000
export const LIVE_CHANGES_PER_FRAME_BYTES_MAX = 64 * KIB
/** Frames are compressed from this size on, and where it is larger than the second, not while others wait. */
export const LIVE_GZIP_BYTES_MIN = 512
export const LIVE_GZIP_AT_ONCE_BYTES_MAX = 64 * KIB
/** For so long the feed of a topic waits for a subscriber that takes no more just now. */
export const LIVE_PATIENCE_MS = 1_000
/** Records from the end on in which the last rows of a topic are looked for, in each partition. */
export const LIVE_TOPIC_LOOKBACK_RECORDS_MAX = 100_000

// Process

export const SHUTDOWN_GRACE_MS = 5_000
/** No door leaves an intake unanswered for longer: senders give up at 10 s and send again. */
export const STORAGE_TIMEOUT_MS = 5_000

// The log on disk

/** Bodies of one transaction of appends; a single larger append has one for itself. */
export const GROUP_BYTES_MAX = 8 * MIB
/** A checkpoint is asked for when the write-ahead log holds so much that the database does not. */
export const CHECKPOINT_BYTES = 8 * MIB
/** At this size of the write-ahead log it is begun anew, for which the writer has to wait some 10 ms. */
export const WAL_RENEWAL_BYTES = 48 * MIB
/** At this size the writer waits at once. At a third of it, a third of an intake at full speed was spent waiting. */
export const WAL_BYTES_MAX = 64 * MIB
/** What has to be free on a disk that was full before it is tried again: the largest group in the WAL, and once more in the database. */
export const DISK_ROOM_BYTES_MIN = 2 * GROUP_BYTES_MAX
/** Of a database that is read through while somebody waits for a word on how it is: a few seconds. */
export const QUICK_CHECK_BYTES_MAX = 1_024 * MIB
/** How long a transaction waits for a stranger's (an `sqlite3` shell, say); the event loop waits with it. */
export const BUSY_TIMEOUT_MS = 250
/** Rows, and bytes of their bodies, deleted in one transaction. */
export const SWEEP_ROWS_MAX = 64
export const SWEEP_BYTES_MAX = 4 * MIB

// Archives of topics

/** Of a zip file without ZIP64, which fflate does not write. */
export const ARCHIVE_BYTES_MAX = 2 ** 32 - 1
/** Of a zip file without ZIP64. */
export const ARCHIVE_ENTRIES_MAX = 2 ** 16 - 1
/** Of one entry of records, inflated, and so of one line: room for the largest record with every character escaped. */
export const ARCHIVE_PART_BYTES_MAX = 256 * MIB
/** Of the manifest: room for as many partitions and entries as there can be. */
export const ARCHIVE_MANIFEST_BYTES_MAX = 16 * MIB

// What SQL keeps

export const SQL_NAMESPACES_MAX = 10_000
export const SQL_TABLES_MAX = 10_000
/** Of one table. */
export const SQL_COLUMNS_MAX = 1_000
/** Of a stream table: a hundred years. */
export const STREAM_TTL_SECONDS_MAX = 100 * 365 * 24 * 60 * 60
/** For so long a table keeps what is deleted from it, for live queries that come back, unless its DELETED_RETENTION_HOURS says otherwise. */
export const SQL_DELETED_RETENTION_HOURS_DEFAULT = 7 * 24
/** A hundred years, too. */
export const SQL_DELETED_RETENTION_HOURS_MAX = 100 * 365 * 24
/** Rows of system.jobs; the oldest make room. */
export const SQL_JOBS_MAX = 10_000
/** Rows of system.audit_log; the oldest make room. */
export const AUDIT_ENTRIES_MAX = 10_000

// Files of SQL

/** Of one file (KalamDB). */
export const FILE_BYTES_MAX = 25 * MIB
/** That one statement may bring (KalamDB). */
export const FILES_PER_REQUEST_MAX = 20
/** Of a form with its files, its other parts and all that lies between them. */
export const SQL_FORM_BYTES_MAX = 512 * MIB
/** Of what describes one part of a form. */
export const FORM_PART_HEADER_BYTES_MAX = 8 * KIB
/** Of a file's own name, which is kept beside it. */
export const FILE_NAME_LENGTH_MAX = 255
/** Of that name, what the stored name keeps (KalamDB). */
export const FILE_STEM_LENGTH_MAX = 50
export const FILE_EXTENSION_LENGTH_MAX = 10
export const FILES_PER_SUBFOLDER_MAX = 5_000
/** Numbers that a broker reserves at a time for files to come; those that it does not use are never used. */
export const FILE_IDS_RESERVED = 1_000

// Retention

/** Rows that retention looks at in one turn of the event loop. */
export const RETENTION_SCAN_ROWS_MAX = 1_000

export const RETENTION_CHECK_INTERVAL_MS = 60_000

// A broker under test

/** Rules that say what shall go wrong: each request is held against all of them. */
export const FAULTS_MAX = 1_000
/** Requests and faults of the journal; the oldest make room. */
export const JOURNAL_ENTRIES_MAX = 10_000
/** Kept at a time for a test in another process: each holds all that the broker held. */
export const SNAPSHOTS_MAX = 100
/** For what a restore waits for the requests under way: those that take longer to arrive find what it put in place. */
export const RESTORE_WAIT_MS_MAX = 1_000
