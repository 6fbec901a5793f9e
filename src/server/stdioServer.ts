import { createConnection } from 'vscode-languageserver/node';
import { compose } from './composeServer.ts';
import { startServer } from './server.ts';

// The transport is chosen by an argument: --stdio, --node-ipc, --pipe=NAME or --socket=PORT.
startServer(createConnection(), compose());
