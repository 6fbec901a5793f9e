import '../shared/strictZod.ts';
import './statistics.css';
import { connectHost } from '../shared/connectHost.ts';
import { loadStrings } from '../shared/l10n.ts';
import { StatisticsElement } from './statisticsElement.ts';
import { StatisticsSession } from './statisticsSession.ts';

loadStrings(document);
const element = document.querySelector('pairlens-statistics');
if (element instanceof StatisticsElement) {
  const session = new StatisticsSession(connectHost());
  element.session = session;
  void session.start();
}
