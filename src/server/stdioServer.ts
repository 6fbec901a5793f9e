import { createConnection } from 'vscode-languageserver/node';
import { compose } from './composeServer.ts';
import { startServer } from './server.ts';

// Arguments of the client say how to talk: --stdio, --node-ipc, --pipe=NAME or --socket=PORT.
startServer(createConnection(), compose());
