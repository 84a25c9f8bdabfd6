/**
 * Every endpoint of the HTTP door, in one table.
 *
 * - Names, methods and paths are those of `endpoints.ts`.
 * - The OpenAPI document is made from it; a test holds it against the routes that the server has, both ways.
 * - It is not on the server's way to its first answer: schemas cost 30 ms to build.
 */
import { z } from 'zod'
import { AclList, CreateAclsRequest, DeleteAclsRequest, ExplainRequest, ExplainResponse } from './acls.ts'
import { endpoint } from './endpoints.ts'
import { GROUP_ROUTES } from './group-routes.ts'
import { FetchRequest, FetchResponse } from './fetch.ts'
import { Health } from './health.ts'
import { IntakeRequest, IntakeResponse, ValidateResponse } from './intake.ts'
import { ProduceRequest, ProduceResponse } from './produce.ts'
import { FetchedRecord } from './record.ts'
import type { Answer, Body, QueryParameter, Route } from './route.ts'
import { ClusterHealth, ServerHealth } from './server-health.ts'
import { LoginRequest, LogoutResponse, MeResponse, SessionResponse, SetupRequest, SetupResponse, SetupStatus } from './sessions.ts'
import { SQL_ROUTES } from './sql-routes.ts'
import { TailData } from './tail.ts'
import { AlterTopicRequest, CreateTopicRequest, OffsetList, TopicBody, TopicList, TrimmedPartition } from './topics.ts'
import { AlterUserRequest, CreateUserRequest, PutUserRequest, UserBody, UserList } from './users.ts'

const NOT_ASKED = 'open: asks for no credentials and no permission'
const ALTER_CLUSTER = 'ALTER on the cluster'
const DESCRIBE_CLUSTER = 'DESCRIBE on the cluster'

const Bytes = z.string().meta({ contentMediaType: 'application/octet-stream' })

function json(schema: z.ZodType): Body {
  return { contentType: 'application/json', schema }
}

function ok(description: string, schema: z.ZodType): Answer {
  return { status: 200, description, body: json(schema) }
}

function created(description: string, schema: z.ZodType): Answer {
  return { status: 201, description, body: json(schema), headers: { Location: 'where it is from now on' } }
}

const GONE: Answer = { status: 204, description: 'It is gone.' }

const PARTITION: QueryParameter = { name: 'partition', schema: z.int().min(0), description: 'the partition' }

const INTAKE_ANSWER: Answer = {
  ...ok('The records are committed.', IntakeResponse),
  headers: { 'x-logbrook-partition': 'where the records went', 'x-logbrook-base-offset': 'the offset of the first of them' },
}
const INTAKE_ERRORS = ['INVALID_REQUEST', 'INVALID_TOPIC_EXCEPTION', 'PAYLOAD_TOO_LARGE', 'MESSAGE_TOO_LARGE'] as const

const ACL_FILTER_FIELDS = ['principal', 'host', 'operation', 'permission_type', 'resource_type', 'resource_name', 'pattern_type']
const EXPLAIN_FIELDS = ['principal', 'host', 'operation', 'resource_type', 'resource_name']

const FETCHING: readonly Route[] = [
  {
    ...endpoint('fetch'),
    summary: 'Read records of several topics and partitions',
    dialect: 'warpstream',
    authorizes: 'READ on each topic; a denied one is answered as error 29 in its partitions',
    bodies: [json(FetchRequest)],
    bodyRequired: true,
    answer: ok('The records, by entry of the request.', FetchResponse),
    errors: ['INVALID_REQUEST'],
  },
  {
    ...endpoint('fetchByGet'),
    summary: 'The same, with the body on a GET',
    dialect: 'warpstream',
    authorizes: 'READ on each topic; a denied one is answered as error 29 in its partitions',
    bodies: [json(FetchRequest)],
    bodyRequired: true,
    answer: ok('The records, by entry of the request.', FetchResponse),
    errors: ['INVALID_REQUEST'],
  },
  {
    ...endpoint('fetchSingleRecord'),
    summary: 'Read the record at an offset',
    dialect: 'warpstream',
    authorizes: 'READ on the topic',
    query: [
      { name: 'topic', schema: z.string(), required: true, description: 'the topic' },
      { ...PARTITION, required: true },
      { name: 'offset', schema: z.int().min(0), required: true, description: 'the offset' },
    ],
    answer: ok('The record.', FetchedRecord),
    errors: ['INVALID_REQUEST', 'OFFSET_OUT_OF_RANGE', 'UNKNOWN_TOPIC_OR_PARTITION', 'TOPIC_AUTHORIZATION_FAILED'],
  },
  {
    ...endpoint('fetchRecord'),
    summary: 'Read the record at an offset',
    dialect: 'warpstream',
    authorizes: 'READ on the topic',
    answer: ok('The record.', FetchedRecord),
    errors: ['INVALID_REQUEST', 'OFFSET_OUT_OF_RANGE', 'UNKNOWN_TOPIC_OR_PARTITION', 'TOPIC_AUTHORIZATION_FAILED'],
  },
]

const INTAKE: readonly Route[] = [
  {
    ...endpoint('sendLogs'),
    summary: "Take logs as Datadog's intake does",
    dialect: 'datadog',
    authorizes: 'WRITE on the topic',
    bodies: [json(IntakeRequest)],
    bodyRequired: true,
    answer: INTAKE_ANSWER,
    errors: [...INTAKE_ERRORS, 'TOPIC_AUTHORIZATION_FAILED'],
  },
  {
    ...endpoint('sendLogsV1'),
    summary: 'The same, for senders with use_v2_api: false',
    dialect: 'datadog',
    authorizes: 'WRITE on the topic',
    bodies: [json(IntakeRequest)],
    bodyRequired: true,
    answer: INTAKE_ANSWER,
    errors: [...INTAKE_ERRORS, 'TOPIC_AUTHORIZATION_FAILED'],
  },
  {
    ...endpoint('validateIntake'),
    summary: 'Whether logs sent with these credentials to this topic would be taken',
    dialect: 'datadog',
    authorizes: 'WRITE on the topic',
    answer: ok('They would.', ValidateResponse),
    errors: ['INVALID_TOPIC_EXCEPTION', 'TOPIC_AUTHORIZATION_FAILED'],
  },
]

const TOPICS: readonly Route[] = [
  {
    ...endpoint('listTopics'),
    summary: 'List topics',
    dialect: 'own',
    authorizes: 'DESCRIBE on each topic; the others are left out',
    answer: ok('By name.', TopicList),
    errors: [],
  },
  {
    ...endpoint('createTopic'),
    summary: 'Create a topic',
    dialect: 'own',
    authorizes: 'CREATE on the topic or on the cluster; its configuration is shown to who may DESCRIBE_CONFIGS',
    bodies: [json(CreateTopicRequest)],
    bodyRequired: true,
    answer: created('The topic.', TopicBody),
    errors: ['INVALID_TOPIC_EXCEPTION', 'INVALID_PARTITIONS', 'INVALID_CONFIG', 'TOPIC_ALREADY_EXISTS', 'TOPIC_AUTHORIZATION_FAILED'],
  },
  {
    ...endpoint('describeTopic'),
    summary: 'Describe a topic and the watermarks of its partitions',
    dialect: 'own',
    authorizes: 'DESCRIBE on the topic; its configuration is shown to who may DESCRIBE_CONFIGS',
    answer: ok('The topic.', TopicBody),
    errors: ['INVALID_TOPIC_EXCEPTION', 'UNKNOWN_TOPIC_OR_PARTITION', 'TOPIC_AUTHORIZATION_FAILED'],
  },
  {
    ...endpoint('alterTopic'),
    summary: 'Add partitions to a topic, change its configuration',
    dialect: 'own',
    authorizes: 'ALTER on the topic for partitions, ALTER_CONFIGS for configuration, DESCRIBE for the answer',
    bodies: [json(AlterTopicRequest)],
    bodyRequired: true,
    answer: ok('The topic as it is now.', TopicBody),
    errors: ['INVALID_TOPIC_EXCEPTION', 'INVALID_PARTITIONS', 'INVALID_CONFIG', 'UNKNOWN_TOPIC_OR_PARTITION', 'TOPIC_AUTHORIZATION_FAILED'],
  },
  {
    ...endpoint('deleteTopic'),
    summary: 'Delete a topic and its records',
    dialect: 'own',
    authorizes: 'DELETE on the topic',
    answer: GONE,
    errors: ['INVALID_TOPIC_EXCEPTION', 'UNKNOWN_TOPIC_OR_PARTITION', 'TOPIC_AUTHORIZATION_FAILED'],
  },
  {
    ...endpoint('trimPartition'),
    summary: 'Delete the oldest records of a partition',
    dialect: 'own',
    authorizes: 'DELETE on the topic',
    query: [
      {
        name: 'before_offset',
        schema: z.int().min(-1),
        required: true,
        description: 'the log start offset from then on; −1 is the high watermark',
      },
    ],
    answer: ok('Where the records lie now, and the groups that had yet to read what is gone.', TrimmedPartition),
    errors: ['INVALID_TOPIC_EXCEPTION', 'OFFSET_OUT_OF_RANGE', 'UNKNOWN_TOPIC_OR_PARTITION', 'TOPIC_AUTHORIZATION_FAILED'],
  },
  {
    ...endpoint('listOffsets'),
    summary: 'Offsets by time, for every partition of a topic',
    dialect: 'own',
    authorizes: 'DESCRIBE on the topic',
    query: [
      {
        name: 'timestamp',
        schema: z.union([z.int().min(0), z.enum(['earliest', 'latest']), z.string()]),
        description: '`earliest`, `latest` (the default), epoch milliseconds, or ISO 8601 with a zone: `2026-01-31T12:00:00Z`',
      },
    ],
    answer: ok('By partition number.', OffsetList),
    errors: ['INVALID_TOPIC_EXCEPTION', 'UNKNOWN_TOPIC_OR_PARTITION', 'TOPIC_AUTHORIZATION_FAILED'],
  },
]

const RECORDS: readonly Route[] = [
  {
    ...endpoint('produce'),
    summary: 'Append records to a topic, all or none',
    description: 'Bodies may be compressed: `Content-Encoding: gzip`, `deflate` or `zstd`. What comes as another type is one record.',
    dialect: 'own',
    authorizes: 'WRITE on the topic',
    query: [{ ...PARTITION, description: 'the partition; left out, the partitions take turns by bytes' }],
    bodies: [
      json(ProduceRequest),
      { contentType: 'application/x-ndjson', schema: Bytes, description: "a line is a record's value, kept as its own bytes" },
      {
        contentType: 'application/vnd.kafka.record-batch',
        schema: Bytes,
        description: "one of Kafka's record batches, magic 2, of which the offsets are not looked at",
      },
      { contentType: 'application/octet-stream', schema: Bytes, description: "the body is one record's value" },
    ],
    bodyRequired: true,
    answer: ok('The records are committed.', ProduceResponse),
    errors: [
      'INVALID_TOPIC_EXCEPTION',
      'UNKNOWN_TOPIC_OR_PARTITION',
      'PAYLOAD_TOO_LARGE',
      'MESSAGE_TOO_LARGE',
      'TOPIC_AUTHORIZATION_FAILED',
    ],
  },
  {
    ...endpoint('tail'),
    summary: 'Follow a topic: server-sent events, one for each record',
    description:
      "An event's `id` holds the next offset of every partition, `data` a TailedRecord. `Last-Event-ID` resumes exactly. " +
      'When the broker ends a tail the last event is `end`, its `data` a TailEnd.',
    dialect: 'own',
    authorizes: 'READ on the topic, again before records are handed out',
    query: [
      { ...PARTITION, repeated: true, description: 'only this partition; may be repeated. All, also those added later, when left out' },
      { name: 'from', schema: z.enum(['earliest', 'latest']), description: 'where to begin; `latest` by default' },
      { name: 'last_event_id', schema: z.string(), description: 'as the header, for those who cannot set it' },
    ],
    answer: {
      status: 200,
      description: 'Events, until the reader leaves.',
      body: { contentType: 'text/event-stream', schema: TailData, description: 'what the `data` of an event is' },
    },
    errors: ['INVALID_TOPIC_EXCEPTION', 'UNKNOWN_TOPIC_OR_PARTITION', 'POLICY_VIOLATION', 'TOPIC_AUTHORIZATION_FAILED'],
  },
]

const USERS: readonly Route[] = [
  {
    ...endpoint('listUsers'),
    summary: 'List users',
    dialect: 'own',
    authorizes: DESCRIBE_CLUSTER,
    answer: ok('By name.', UserList),
    errors: ['CLUSTER_AUTHORIZATION_FAILED'],
  },
  {
    ...endpoint('createUser'),
    summary: 'Create a user',
    dialect: 'own',
    authorizes: ALTER_CLUSTER,
    bodies: [json(CreateUserRequest)],
    bodyRequired: true,
    answer: created('The user.', UserBody),
    errors: ['DUPLICATE_RESOURCE', 'UNACCEPTABLE_CREDENTIAL', 'CLUSTER_AUTHORIZATION_FAILED'],
  },
  {
    ...endpoint('putUser'),
    summary: 'Create a user, or replace password and role',
    dialect: 'own',
    authorizes: ALTER_CLUSTER,
    bodies: [json(PutUserRequest)],
    bodyRequired: true,
    answer: ok('The user.', UserBody),
    errors: ['UNACCEPTABLE_CREDENTIAL', 'CLUSTER_AUTHORIZATION_FAILED'],
  },
  {
    ...endpoint('alterUser'),
    summary: "Change a user's password or role",
    dialect: 'own',
    authorizes: ALTER_CLUSTER,
    bodies: [json(AlterUserRequest)],
    bodyRequired: true,
    answer: ok('The user as it is now.', UserBody),
    errors: ['RESOURCE_NOT_FOUND', 'UNACCEPTABLE_CREDENTIAL', 'CLUSTER_AUTHORIZATION_FAILED'],
  },
  {
    ...endpoint('deleteUser'),
    summary: 'Delete a user',
    dialect: 'own',
    authorizes: ALTER_CLUSTER,
    answer: GONE,
    errors: ['RESOURCE_NOT_FOUND', 'CLUSTER_AUTHORIZATION_FAILED'],
  },
  {
    ...endpoint('endSessions'),
    summary: 'End all sessions: replace the secret that signs their tokens',
    dialect: 'own',
    authorizes: ALTER_CLUSTER,
    answer: GONE,
    errors: ['CLUSTER_AUTHORIZATION_FAILED'],
  },
]

const ACLS: readonly Route[] = [
  {
    ...endpoint('listAcls'),
    summary: 'List ACL bindings',
    dialect: 'own',
    authorizes: DESCRIBE_CLUSTER,
    query: ACL_FILTER_FIELDS.map((name) => ({ name, schema: z.string(), description: 'only bindings whose field equals it' })),
    answer: ok('The bindings that match.', AclList),
    errors: ['CLUSTER_AUTHORIZATION_FAILED'],
  },
  {
    ...endpoint('createAcls'),
    summary: 'Create ACL bindings, all or none',
    dialect: 'own',
    authorizes: ALTER_CLUSTER,
    bodies: [json(CreateAclsRequest)],
    bodyRequired: true,
    answer: { ...ok('The bindings; one that was there already stays as it is.', AclList), status: 201 },
    errors: ['POLICY_VIOLATION', 'CLUSTER_AUTHORIZATION_FAILED'],
  },
  {
    ...endpoint('deleteAcls'),
    summary: 'Delete the ACL bindings that any of the filters matches',
    dialect: 'own',
    authorizes: ALTER_CLUSTER,
    bodies: [json(DeleteAclsRequest)],
    bodyRequired: true,
    answer: ok('The bindings that were deleted.', AclList),
    errors: ['CLUSTER_AUTHORIZATION_FAILED'],
  },
  {
    ...endpoint('explainAccess'),
    summary: 'Say whether a principal may do something, and why',
    dialect: 'own',
    authorizes: DESCRIBE_CLUSTER,
    query: EXPLAIN_FIELDS.map((name) => ({
      name,
      schema: z.string(),
      required: name !== 'host' && name !== 'resource_name',
      description: 'as in ExplainRequest',
    })),
    answer: ok('The decision.', ExplainResponse),
    errors: ['CLUSTER_AUTHORIZATION_FAILED'],
  },
  {
    ...endpoint('explainAccessByPost'),
    summary: 'The same, with the question in the body',
    dialect: 'own',
    authorizes: DESCRIBE_CLUSTER,
    bodies: [json(ExplainRequest)],
    bodyRequired: true,
    answer: ok('The decision.', ExplainResponse),
    errors: ['CLUSTER_AUTHORIZATION_FAILED'],
  },
]

const THIS_MACHINE = 'open to this machine alone, as the connection and what trusted proxies say; asks for no credentials and no permission'
const COOKIES = { 'Set-Cookie': '`kalamdb_auth` and `kalamdb_refresh`, which end with their tokens' }

const SESSIONS: readonly Route[] = [
  {
    ...endpoint('login'),
    summary: 'Log in: a password for an access and a refresh token',
    dialect: 'kalamdb-auth',
    authorizes: NOT_ASKED,
    bodies: [json(LoginRequest)],
    bodyRequired: true,
    answer: { ...ok('The session.', SessionResponse), headers: COOKIES },
    errors: [
      'INVALID_REQUEST',
      'SASL_AUTHENTICATION_FAILED',
      'ACCOUNT_LOCKED',
      'SETUP_REQUIRED',
      'THROTTLING_QUOTA_EXCEEDED',
      'PAYLOAD_TOO_LARGE',
    ],
  },
  {
    ...endpoint('refreshSession'),
    summary: 'Two new tokens for a refresh token, in its cookie or as a bearer token',
    dialect: 'kalamdb-auth',
    authorizes: 'a refresh token, whose user is as they were when it was issued',
    answer: { ...ok('The session.', SessionResponse), headers: COOKIES },
    errors: ['SASL_AUTHENTICATION_FAILED', 'THROTTLING_QUOTA_EXCEEDED'],
  },
  {
    ...endpoint('logout'),
    summary: 'Forget the cookies; tokens end by their time',
    dialect: 'kalamdb-auth',
    authorizes: NOT_ASKED,
    answer: { ...ok('They are forgotten.', LogoutResponse), headers: COOKIES },
    errors: [],
  },
  {
    ...endpoint('me'),
    summary: 'Whom an access token stands for, as a bearer token or in its cookie',
    dialect: 'kalamdb-auth',
    authorizes: 'an access token, whose user is as they were when it was issued',
    answer: ok('The user.', MeResponse),
    errors: ['SASL_AUTHENTICATION_FAILED'],
  },
  {
    ...endpoint('setUp'),
    summary: 'Make the first users: give root a password, and create a dba',
    dialect: 'kalamdb-auth',
    authorizes: `${THIS_MACHINE}; closed for good once a super user has a password`,
    bodies: [json(SetupRequest)],
    bodyRequired: true,
    answer: ok('The dba; nobody is logged in.', SetupResponse),
    errors: [
      'INVALID_REQUEST',
      'POLICY_VIOLATION',
      'ALREADY_CONFIGURED',
      'UNACCEPTABLE_CREDENTIAL',
      'INVALID_USER_NAME',
      'DUPLICATE_RESOURCE',
      'THROTTLING_QUOTA_EXCEEDED',
      'PAYLOAD_TOO_LARGE',
    ],
  },
  {
    ...endpoint('setupStatus'),
    summary: 'Whether the first users are still to be made',
    dialect: 'kalamdb-auth',
    authorizes: THIS_MACHINE,
    answer: ok('Whether they are.', SetupStatus),
    errors: ['POLICY_VIOLATION'],
  },
]

const SERVER_HEALTH: readonly Route[] = [
  {
    ...endpoint('health'),
    summary: 'Whether the server runs, and which one it is',
    dialect: 'kalamdb-health',
    authorizes: THIS_MACHINE,
    answer: ok('It does.', ServerHealth),
    errors: [],
  },
  {
    ...endpoint('healthcheck'),
    summary: 'The same',
    dialect: 'kalamdb-health',
    authorizes: THIS_MACHINE,
    answer: ok('It does.', ServerHealth),
    errors: [],
  },
  {
    ...endpoint('clusterHealth'),
    summary: 'How the nodes of the cluster are, of which there is one',
    dialect: 'kalamdb-health',
    authorizes: THIS_MACHINE,
    answer: ok('The cluster.', ClusterHealth),
    errors: [],
  },
]

const MACHINES_AND_PEOPLE: readonly Route[] = [
  {
    ...endpoint('live'),
    summary: 'Whether the process runs',
    dialect: 'plain',
    authorizes: NOT_ASKED,
    answer: ok('It does.', Health),
    errors: [],
  },
  {
    ...endpoint('ready'),
    summary: 'Whether requests are taken',
    dialect: 'plain',
    authorizes: NOT_ASKED,
    answer: ok('They are.', Health),
    errors: ['SHUTTING_DOWN', 'NOT_WRITABLE'],
  },
  {
    ...endpoint('metrics'),
    summary: 'Figures for Prometheus',
    dialect: 'own',
    authorizes: DESCRIBE_CLUSTER,
    answer: {
      status: 200,
      description: "Prometheus's text format.",
      body: { contentType: 'text/plain; version=0.0.4; charset=utf-8', schema: z.string() },
    },
    errors: ['CLUSTER_AUTHORIZATION_FAILED'],
  },
  {
    ...endpoint('openapi'),
    summary: 'This document',
    dialect: 'plain',
    authorizes: NOT_ASKED,
    answer: ok('OpenAPI 3.1.', z.looseObject({ openapi: z.string() })),
    errors: [],
  },
  {
    ...endpoint('home'),
    summary: 'A page that says where you are',
    dialect: 'plain',
    authorizes: NOT_ASKED,
    answer: { status: 200, description: 'The page.', body: { contentType: 'text/html; charset=utf-8', schema: z.string() } },
    errors: [],
  },
]

export const ROUTES: readonly Route[] = [
  ...FETCHING,
  ...INTAKE,
  ...TOPICS,
  ...RECORDS,
  ...GROUP_ROUTES,
  ...SQL_ROUTES,
  ...USERS,
  ...ACLS,
  ...SESSIONS,
  ...SERVER_HEALTH,
  ...MACHINES_AND_PEOPLE,
]
