/** What passwords the first-run setup takes (contract 1.6). Those of other users are their administrators' own business. */
import { SETUP_PASSWORD_BYTES_MAX, SETUP_PASSWORD_BYTES_MIN } from '@logbrook/kafka/limits'
import { passwordProblem } from '../users.ts'

/** Found at the top of every published list of leaked ones; shorter ones are refused for that. */
const COMMON: ReadonlySet<string> = new Set(
  `12345678 123456789 1234567890 0123456789 87654321 987654321 9876543210 11111111 111111111 00000000 88888888 99999999 12341234 123123123
  12344321 11223344 1122334455 123321123 147258369 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qazxsw2 q1w2e3r4 qwer1234 qwerty12 qwerty123 qwerty1234
  qwertyui qwertyuiop asdfghjk asdfghjkl asdf1234 zxcvbnm1 a1234567 a12345678 aa123456 aa12345678 abc12345 abcd1234 abcdefgh abcdef12
  password password1 password12 password123 password1234 passw0rd p@ssw0rd p@ssword pass1234 iloveyou iloveyou1 sunshine princess princess1
  football football1 baseball baseball1 basketball superman superman1 batman123 trustno1 whatever starwars michelle jennifer jordan23
  computer internet samsung1 charlie1 michael1 letmein1 letmein123 welcome1 welcome123 changeme changeme1 admin123 admin1234 administrator
  root1234 rootroot default1 secret123 dragon123 monkey123 master123 shadow123 killer123 liverpool chocolate`.split(/\s+/),
)

/** Why a password is too weak, as the end of a sentence; `null` where it is not. */
export function weaknessOf(password: string): string | null {
  const bytes = Buffer.byteLength(password)
  if (bytes < SETUP_PASSWORD_BYTES_MIN) return `it is ${bytes} bytes; the least is ${SETUP_PASSWORD_BYTES_MIN}`
  if (bytes > SETUP_PASSWORD_BYTES_MAX) return `it is ${bytes} bytes; the limit is ${SETUP_PASSWORD_BYTES_MAX}`
  if (COMMON.has(password.toLowerCase())) return 'it is among the most common ones'
  return passwordProblem(password)
}
