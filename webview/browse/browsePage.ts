import '../shared/strictZod.ts';
import './browse.css';
import { connectHost } from '../shared/connectHost.ts';
import { loadStrings } from '../shared/l10n.ts';
import { BrowseElement } from './browseElement.ts';
import { BrowseSession } from './browseSession.ts';

loadStrings(document);
const element = document.querySelector('pairlens-browse');
if (element instanceof BrowseElement) {
  const session = new BrowseSession(connectHost());
  element.session = session;
  void session.start();
}
