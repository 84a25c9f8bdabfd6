/** nginx and Caddy with the very files of `deploy/`, but for addresses and certificates, on a port of this machine. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect } from 'node:tls'
import { promisify } from 'node:util'
import { temporaryDirectory } from '../temporary-directory.ts'
import { replaced, toolPath } from './tools.ts'

const run = promisify(execFile)
const DEPLOY = join(import.meta.dirname, '../../../../deploy')

/** The name in the files of `deploy/`. */
export const NAME = 'logs.example.com'

export interface ReverseProxy extends AsyncDisposable {
  readonly port: number
  /** Where the certificate is that it shows, which nobody else has signed. */
  readonly certificateFile: string
}

export interface ProxyKind {
  readonly name: string
  readonly tool: string
  /** What is to be passed to it, given its own port and the broker's `host:port`; files are put into `directory`. */
  readonly command: (setting: Setting) => Promise<readonly string[]>
}

interface Setting {
  readonly directory: string
  readonly port: number
  readonly broker: string
  readonly certificateFile: string
  readonly keyFile: string
}

export const PROXY_KINDS: readonly ProxyKind[] = [
  { name: 'nginx', tool: 'nginx', command: nginxCommand },
  { name: 'Caddy', tool: 'caddy', command: caddyCommand },
]

/** In front of a broker at `host:port`. Resolves when it listens. @throws Error with what it said when it ends instead */
export async function startReverseProxy(kind: ProxyKind, broker: string): Promise<ReverseProxy> {
  await using opened = new AsyncDisposableStack()
  const { path: directory } = opened.use(await temporaryDirectory())
  const certificate = await selfSigned(directory)
  for (;;) {
    const port = await freePort()
    const child = runProxy(toolPath(kind.tool), await kind.command({ directory, port, broker, ...certificate }), directory)
    opened.defer(() => child.end())
    const said = await Promise.race([untilItListens(port, certificate.certificateFile), child.ending])
    if (said === undefined) {
      const running = opened.move()
      return { port, certificateFile: certificate.certificateFile, [Symbol.asyncDispose]: () => running.disposeAsync() }
    }
    // Somebody else may have taken the port meanwhile.
    if (!/address already in use/i.test(said)) throw new Error(`${kind.name} ended: ${said}`)
  }
}

interface RunningProxy {
  /** Resolves with what it said. */
  readonly ending: Promise<string>
  end(): Promise<void>
}

function runProxy(path: string, args: readonly string[], directory: string): RunningProxy {
  // Caddy remembers its configuration at home.
  const env = { ...process.env, HOME: directory, XDG_CONFIG_HOME: directory, XDG_DATA_HOME: directory }
  const child = spawn(path, args, { stdio: ['ignore', 'ignore', 'pipe'], env })
  const kill = () => void child.kill('SIGKILL')
  process.once('exit', kill)
  const ending = text(child.stderr).finally(() => process.off('exit', kill))
  return {
    ending,
    async end() {
      kill()
      await ending
    },
  }
}

/** A handshake with the certificate says that it is the right one that listens. */
async function untilItListens(port: number, certificateFile: string): Promise<undefined> {
  const ca = await readFile(certificateFile)
  for (;;) {
    const socket = connect({ port, host: '127.0.0.1', ca, servername: NAME })
    try {
      return void (await once(socket, 'secureConnect'))
    } catch {
      // Not yet.
    } finally {
      socket.destroy()
    }
  }
}

async function selfSigned(directory: string): Promise<Pick<Setting, 'certificateFile' | 'keyFile'>> {
  const [certificateFile, keyFile] = [join(directory, 'certificate.pem'), join(directory, 'key.pem')]
  const subject = ['-subj', `/CN=${NAME}`, '-addext', `subjectAltName=DNS:${NAME}`]
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  await run('openssl', ['req', '-x509', '-days', '2', ...key, ...subject, '-out', certificateFile, '-keyout', keyFile])
  return { certificateFile, keyFile }
}

async function nginxCommand({ directory, port, broker, certificateFile, keyFile }: Setting): Promise<readonly string[]> {
  const site = replaced(await readFile(join(DEPLOY, 'nginx/logbrook.conf'), 'utf8'), {
    'listen 443 ': `listen 127.0.0.1:${port} `,
    'listen [::]:443 ': `listen [::1]:${port} `,
    'server 127.0.0.1:8080;': `server ${broker};`,
    '/etc/ssl/logs.example.com.crt': certificateFile,
    '/etc/ssl/logs.example.com.key': keyFile,
  })
  await writeFile(join(directory, 'logbrook.conf'), site)
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${directory}/${name};`)
  // What is around a file of conf.d, as far as it is not nginx's own default.
  const around = `daemon off; master_process off; pid ${directory}/pid; error_log stderr notice; events {} http { access_log off; ${places.join(' ')} include ${directory}/logbrook.conf; }`
  await writeFile(join(directory, 'nginx.conf'), around)
  return ['-c', join(directory, 'nginx.conf'), '-p', directory, '-e', 'stderr']
}

async function caddyCommand({ directory, port, broker, certificateFile, keyFile }: Setting): Promise<readonly string[]> {
  const site = replaced(await readFile(join(DEPLOY, 'caddy/Caddyfile'), 'utf8'), {
    'logs.example.com {\n': `https://logs.example.com:${port} {\n\tbind 127.0.0.1\n\ttls ${certificateFile} ${keyFile}\n`,
    'reverse_proxy 127.0.0.1:8080 ': `reverse_proxy ${broker} `,
  })
  const around = `{\n\tadmin off\n\tauto_https off\n\tstorage file_system ${directory}\n}\n`
  await writeFile(join(directory, 'Caddyfile'), around + site)
  return ['run', '--config', join(directory, 'Caddyfile')]
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
