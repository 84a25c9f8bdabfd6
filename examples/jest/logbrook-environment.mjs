/** Node's environment with `Logbrook` as a global: jest's own `require` reads no ES modules, an environment is loaded by Node. */
import { TestEnvironment } from 'jest-environment-node'
import { Logbrook } from 'logbrook/testing'

export default class LogbrookEnvironment extends TestEnvironment {
  async setup() {
    await super.setup()
    this.global.Logbrook = Logbrook
  }
}
