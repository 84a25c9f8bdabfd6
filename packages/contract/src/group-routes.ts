/** The endpoints of consumer groups: KalamDB's to consume, our own to administer. */
import type { z } from 'zod'
import { AckRequest, AckResponse, ConsumeRequest, ConsumeResponse, LatestOffsetsRequest, LatestOffsetsResponse } from './consuming.ts'
import { endpoint } from './endpoints.ts'
import { CommitRequest, GroupBody, GroupList, ResetRequest, ResetResponse } from './groups.ts'
import type { Answer, Body, Route } from './route.ts'

function json(schema: z.ZodType): Body {
  return { contentType: 'application/json', schema }
}

function ok(description: string, schema: z.ZodType): Answer {
  return { status: 200, description, body: json(schema) }
}

const CONSUMER = 'the role `service`, `dba` or `system`, and READ on the topic'
const READ_GROUP = 'READ on the group'
const COMMON_ERRORS = ['INVALID_REQUEST', 'INVALID_GROUP_ID', 'UNKNOWN_TOPIC_OR_PARTITION', 'TOPIC_AUTHORIZATION_FAILED'] as const

const CONSUMING: readonly Route[] = [
  {
    ...endpoint('consume'),
    summary: 'Take records, for a group or without one',
    description:
      'What a group is handed is claimed for a minute: nobody else of it gets the same, until it is acknowledged or handed out again. ' +
      'At most 32 claims of a group in a partition may be pending.',
    dialect: 'kalamdb-topics',
    authorizes: `${CONSUMER} and on the group; again before records are handed out`,
    bodies: [json(ConsumeRequest)],
    bodyRequired: true,
    answer: ok('The records.', ConsumeResponse),
    errors: [...COMMON_ERRORS, 'GROUP_AUTHORIZATION_FAILED', 'PAYLOAD_TOO_LARGE'],
  },
  {
    ...endpoint('ack'),
    summary: 'Be done with all records up to an offset',
    description: 'It is kept before it is answered, and never moves a group back.',
    dialect: 'kalamdb-topics',
    authorizes: `${CONSUMER} and on the group`,
    bodies: [json(AckRequest)],
    bodyRequired: true,
    answer: ok('It is kept.', AckResponse),
    errors: [...COMMON_ERRORS, 'GROUP_AUTHORIZATION_FAILED', 'POLICY_VIOLATION', 'PAYLOAD_TOO_LARGE'],
  },
  {
    ...endpoint('latestOffsets'),
    summary: 'Where partitions end',
    dialect: 'kalamdb-topics',
    authorizes: CONSUMER,
    bodies: [json(LatestOffsetsRequest)],
    bodyRequired: true,
    answer: ok('Each partition once, by topic and number.', LatestOffsetsResponse),
    errors: ['INVALID_REQUEST', 'UNKNOWN_TOPIC_OR_PARTITION', 'TOPIC_AUTHORIZATION_FAILED', 'PAYLOAD_TOO_LARGE'],
  },
]

const ADMINISTRATION: readonly Route[] = [
  {
    ...endpoint('listGroups'),
    summary: 'List consumer groups',
    dialect: 'own',
    authorizes: `${READ_GROUP}; the others are left out`,
    answer: ok('In order.', GroupList),
    errors: [],
  },
  {
    ...endpoint('describeGroup'),
    summary: 'What a group has committed, what is claimed, and how far it is behind',
    dialect: 'own',
    authorizes: `${READ_GROUP}; topics that the caller may not DESCRIBE are left out`,
    answer: ok('By topic and partition.', GroupBody),
    errors: ['INVALID_GROUP_ID', 'GROUP_ID_NOT_FOUND', 'GROUP_AUTHORIZATION_FAILED'],
  },
  {
    ...endpoint('commitOffsets'),
    summary: 'Commit offsets, all or none; they may go back',
    dialect: 'own',
    authorizes: `${READ_GROUP} and on each topic`,
    bodies: [json(CommitRequest)],
    bodyRequired: true,
    answer: { status: 204, description: 'They are kept.' },
    errors: [
      'INVALID_GROUP_ID',
      'INVALID_TOPIC_EXCEPTION',
      'UNKNOWN_TOPIC_OR_PARTITION',
      'POLICY_VIOLATION',
      'GROUP_AUTHORIZATION_FAILED',
      'TOPIC_AUTHORIZATION_FAILED',
    ],
  },
  {
    ...endpoint('resetOffsets'),
    summary: 'Let a group begin elsewhere in a topic, and forget what it was handed there',
    dialect: 'own',
    authorizes: `${READ_GROUP} and on the topic`,
    bodies: [json(ResetRequest)],
    bodyRequired: true,
    answer: ok('Where it begins now.', ResetResponse),
    errors: [
      'INVALID_GROUP_ID',
      'INVALID_TOPIC_EXCEPTION',
      'UNKNOWN_TOPIC_OR_PARTITION',
      'POLICY_VIOLATION',
      'GROUP_AUTHORIZATION_FAILED',
      'TOPIC_AUTHORIZATION_FAILED',
    ],
  },
  {
    ...endpoint('deleteGroup'),
    summary: 'Delete a group and its committed offsets',
    dialect: 'own',
    authorizes: READ_GROUP,
    answer: { status: 204, description: 'It is gone.' },
    errors: ['INVALID_GROUP_ID', 'GROUP_ID_NOT_FOUND', 'GROUP_AUTHORIZATION_FAILED'],
  },
]

export const GROUP_ROUTES: readonly Route[] = [...CONSUMING, ...ADMINISTRATION]
