/**
 * `node:http`, to be imported from here. An `import` of the module itself reads all its exports, and one of those loads a
 * WebSocket client that nobody here uses: 13 MB in Node 24.
 */
export const http = process.getBuiltinModule('node:http')
