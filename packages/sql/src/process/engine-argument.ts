/** The first argument of a single executable that is to be an engine of SQL, and the name of the engine's script in it, but for its ending. */
export const ENGINE_ARGUMENT = 'sql-engine'
