/** What `--version` prints in every form of the program. */
export const VERSION_LINE = /^logbrook \d+\.\d+\.\d+ \(commit [0-9a-f]{12,}(-dirty)?, SQLite 3\.\d+\.\d+, Node \d+\.\d+\.\d+\)\n$/
